"""What `gpu_explain_fit` answers: yes or no, each node's first objection, and what would help."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.coverage import Gap
from clusterwright.tools.neutral import quote


class Fits(StrEnum):
    """What the answer comes to."""

    YES = "yes"
    NO = "no"
    HELD = "held"
    """Something keeps the scheduler from looking at the pod at all."""
    UNSURE = "unsure"
    """Some nodes pass what was judged, and not all was."""
    PLACED = "placed"
    """It has its node."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Objection(_Part):
    """Nodes that the scheduler leaves out for the same first reason."""

    count: int
    nodes: tuple[str, ...] = Field(description="The first few.")
    plugin: str
    said: str = Field(description="In the scheduler's words.")
    detail: str


class Option(_Part):
    """Changes that together make room."""

    do: tuple[str, ...]
    count: int
    nodes: tuple[str, ...] = Field(description="Where; the first few.")
    judged: bool = Field(description="Whether the changed pod was judged, and fits there.")


class Fit(Answer):
    """Whether a pod fits, why not, and what would make it run."""

    asked: str
    fits: Fits
    nodes: tuple[str, ...] = Field(default=(), description="Where it fits, or is; the first few.")
    fitting: int = 0
    of: int = Field(description="Nodes.")
    held: tuple[str, ...] = Field(default=(), description="What comes before the scheduler.")
    causes: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    said: str | None = Field(default=None, description="What the scheduler told last.")
    options: tuple[Option, ...] = ()
    holders: tuple[str, ...] = Field(default=(), description="Who has what is asked for.")
    notes: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def render(self) -> str:
        """Return the verdict, then why, then what would help."""
        lines = [f"{self.asked} on {self.cluster}: {self._verdict()}"]
        lines += [f"Held: {one}" for one in self.held]
        lines += [f"Why: {one}" for one in self.causes]
        if self.objections:
            lines.append(_table(self.objections))
        if self.said:
            lines += ["The scheduler told last:", quote(self.said)]
        lines += [f"Would run: {one}" for one in map(_option, self.options)]
        lines += [f"Has it: {one}" for one in self.holders]
        lines += [f"Note: {one}" for one in self.notes]
        lines += [f"Not judged: {one}" for one in self.unjudged]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        return "\n".join(lines)

    def _verdict(self) -> str:
        nodes = f"{self.of} node{'s' * (self.of != 1)}"
        where = f"{self.fitting} of {nodes} ({_names(self.nodes, self.fitting)})"
        match self.fits:
            case Fits.YES:
                return f"fits on {where}"
            case Fits.UNSURE:
                return f"may fit on {where}; not all was judged"
            case Fits.HELD if self.fitting:
                return f"held; it would fit on {where}"
            case Fits.PLACED:
                return f"is on {', '.join(self.nodes)}"
            case _:
                return f"fits on none of {nodes}"


def _table(objections: tuple[Objection, ...]) -> str:
    rows = [
        (str(one.count), one.plugin, one.said, one.detail, _names(one.nodes, one.count))
        for one in objections
    ]
    return columns(("NODES", "FILTER", "THE SCHEDULER SAYS", "BECAUSE", "WHICH"), rows)


def _option(one: Option) -> str:
    return f"{'; '.join(one.do)} -> {_names(one.nodes, one.count)}"


def _names(names: tuple[str, ...], count: int) -> str:
    more = count - len(names)
    return f"{', '.join(names)}{f' and {more} more' if more > 0 else ''}"
