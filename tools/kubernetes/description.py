"""The answer of k8s_describe: an object amid what it hangs on and what hangs on it."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.kubernetes.reported import Reported
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import Manifest, instant, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref


class Condition(BaseModel):
    """What a controller says of the object."""

    model_config = ConfigDict(frozen=True)

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: datetime | None = None

    @classmethod
    def of(cls, condition: Manifest) -> Self:
        """Return a condition of any kind; fields that are missing or odd stay empty."""
        return cls(
            type=one_line(text(condition, "type")),
            status=one_line(text(condition, "status")),
            reason=word(one_line(text(condition, "reason"))),
            message=one_line(text(condition, "message")),
            since=instant(condition, "lastTransitionTime"),
        )


class Description(Answer):
    """One object: its state, its conditions, its neighbours with theirs, and its events."""

    ref: Ref
    now: datetime = Field(description="The cluster's clock.")
    state: str = ""
    well: bool
    facts: dict[str, str] = Field(default_factory=dict)
    containers: tuple[str, ...] = Field(default=(), description="State, image, restarts of each.")
    conditions: tuple[Condition, ...] = ()
    related: tuple[Related, ...] = Field(default=(), description="Unhealthy ones first.")
    more_related: tuple[str, ...] = Field(default=(), description="Those left out, by state.")
    events: tuple[Reported, ...] = Field(default=(), description="Of it and its owners' chain.")
    notes: tuple[str, ...] = ()

    def render(self) -> str:
        """Return a block for each part that has something to tell."""
        sign = "" if self.well else "! "
        lines = [f"{sign}{self.ref} on {self.cluster}: {self.state or 'exists'}"]
        lines += [f"  {name}: {value}" for name, value in self.facts.items()]
        lines += self._block("containers", [f"  {one}" for one in self.containers])
        lines += self._block("conditions", [self._condition(one) for one in self.conditions])
        told = [one.line() for one in self.related]
        lines += self._block("related", [*told, *(f"  {one}" for one in self.more_related)])
        lines += self._block("events", [one.line(self.now) for one in self.events])
        return "\n".join([*lines, *(f"[{note}]" for note in self.notes)])

    def _block(self, title: str, lines: list[str]) -> list[str]:
        return [f"{title}:", *lines] if lines else []

    def _condition(self, one: Condition) -> str:
        since = f" for {span(self.now - one.since)}" if one.since else ""
        said = " ".join(part for part in (one.reason, one.message) if part)
        return f"  {one.type}={one.status}{since}" + (f" | {said}" if said else "")
