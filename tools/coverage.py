"""What was looked at and what could not be: the half of every answer that says "nothing wrong"."""

from pydantic import BaseModel, ConfigDict, Field


class Gap(BaseModel):
    """Something that was not checked."""

    model_config = ConfigDict(frozen=True)

    what: str = Field(description="The kind, source, analyzer or objects left out.")
    reason: str = Field(description="Why: forbidden, absent, out of time, not explained.")


class Coverage(BaseModel):
    """What an answer rests on."""

    model_config = ConfigDict(frozen=True)

    checked: dict[str, int] = Field(default_factory=dict, description="Objects read, by kind.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What was not checked, and why.")

    @property
    def complete(self) -> bool:
        """Whether everything that was wanted was read."""
        return not self.gaps
