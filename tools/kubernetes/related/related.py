"""An object's neighbour: how it is related, and how it does."""

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.ref import Ref


class Related(BaseModel):
    """One neighbour."""

    model_config = ConfigDict(frozen=True)

    how: str = Field(description="What it is to the object: owned by, runs on, uses, selects.")
    ref: Ref
    state: str = ""
    well: bool | None = Field(default=None, description="Absent: could not be told.")

    def line(self) -> str:
        """Return one line; what is unwell is marked."""
        sign = "! " if self.well is False else "  "
        return f"{sign}{self.how} {self.ref}" + (f": {self.state}" if self.state else "")
