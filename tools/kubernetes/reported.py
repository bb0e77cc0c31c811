"""What the cluster reported, as answers tell it."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.kubernetes.timeline import Entry
from clusterwright.tools.ref import Ref


class Reported(BaseModel):
    """What was reported of one object: one reason, in the same words."""

    model_config = ConfigDict(frozen=True)

    ref: Ref
    type: str
    reason: str
    message: str
    count: int
    last: datetime

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return an entry of a timeline."""
        return cls(
            ref=entry.ref,
            type=entry.type,
            reason=entry.reason,
            message=entry.message,
            count=entry.count,
            last=entry.last,
        )

    def line(self, now: datetime) -> str:
        """Return one line; a warning is marked."""
        times = f" x{self.count}" if self.count > 1 else ""
        sign = "! " if self.type == "Warning" else "  "
        return f"{sign}{span(now - self.last)} ago {self.ref} {self.reason}{times} | {self.message}"
