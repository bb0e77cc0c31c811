"""A finding: one cause, the object that has it, and the evidence that proves it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from clusterwright.tools.ref import Ref

_OLDEST = 1970
"""The first year that a clock tells; Go writes the year 1 where there is no time."""


class Severity(StrEnum):
    """How much it hurts."""

    CRITICAL = "critical"
    """A service or a whole class of objects is down."""
    WARNING = "warning"
    """Something does not work, and others still do."""
    INFO = "info"
    """Worth knowing; nothing is failing because of it."""

    @property
    def rank(self) -> int:
        """Its place among all, the worst first: what is worse has a lower one."""
        return tuple(Severity).index(self)


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of some."""
    return min(severities, key=lambda one: one.rank)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class FieldEvidence(_Frozen):
    """A field of an object has this value."""

    type: Literal["field"] = "field"
    ref: Ref
    path: str = Field(description="JSONPath below the object.")
    value: str


class EventEvidence(_Frozen):
    """The cluster reported this."""

    type: Literal["event"] = "event"
    ref: Ref
    reason: str
    message: str
    count: int = 1


class LogEvidence(_Frozen):
    """A container wrote this line."""

    type: Literal["log"] = "log"
    ref: Ref
    container: str
    line: str
    previous: bool = False


class AbsenceEvidence(_Frozen):
    """This object does not exist, as read again just before the answer."""

    type: Literal["absent"] = "absent"
    ref: Ref


class MetricEvidence(_Frozen):
    """A query gave this value, at the moment of the answer."""

    type: Literal["metric"] = "metric"
    ref: Ref = Field(description="What the series is about.")
    query: str = Field(description="PromQL, as it was asked.")
    value: str
    labels: dict[str, str] = Field(default_factory=dict, description="Of the series.")


Evidence = Annotated[
    FieldEvidence | EventEvidence | LogEvidence | AbsenceEvidence | MetricEvidence,
    Field(discriminator="type"),
]


class Edge(StrEnum):
    """How one object hangs on another: subject -> target."""

    OWNED_BY = "owned-by"
    RUNS_ON = "runs-on"
    SELECTS = "selects"
    ROUTES_TO = "routes-to"
    MOUNTS = "mounts"
    USES = "uses"
    REQUESTS = "requests"
    LIMITED_BY = "limited-by"
    RELEASED_BY = "released-by"
    WAITS_FOR = "waits-for"
    SCRAPED_BY = "scraped-by"
    PROVISIONED_BY = "provisioned-by"
    ABOUT = "about"


class Relation(_Frozen):
    """A typed edge of the causal graph."""

    source: Ref
    edge: Edge
    target: Ref
    source_cluster: str | None = Field(
        default=None, description="The source's cluster, where that is not the one that answered."
    )


class Remedy(_Frozen):
    """Changes that would repair a finding, as `<domain>_plan_change` takes them.

    A value that only a person can know reads `<ask: what it is>`; it has to be replaced first.
    """

    say: str = Field(description="What it does.")
    changes: tuple[dict[str, Any], ...] = Field(min_length=1)
    tool: str = Field(default="", description="Another server's tool that plans them.")


def _told_by_a_clock(since: datetime | None) -> datetime | None:
    """Return a time in UTC, as which one without a zone is taken; None for what no clock tells."""
    try:
        told = since and (since.astimezone(UTC) if since.tzinfo else since.replace(tzinfo=UTC))
    except OverflowError:
        return None
    return told if told and told.year >= _OLDEST else None


class Finding(_Frozen):
    """One cause on one subject; equal ones of the same owner are grouped into `members`."""

    code: str = Field(description="Stable, as pod/image-not-found.", pattern=r"^[a-z]+/[a-z-]+$")
    severity: Severity
    subject: Ref
    title: str = Field(description="One line that names the cause.")
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    since: Annotated[datetime | None, AfterValidator(_told_by_a_clock)] = None
    members: tuple[Ref, ...] = Field(default=(), description="The objects that show it.")
    more_members: int = Field(default=0, description="Members left out here for brevity.")
    relations: tuple[Relation, ...] = ()
    concluded: bool = Field(
        default=False, description="Concluded from several signs, none of which proves it alone."
    )
    fixes: tuple[str, ...] = Field(default=(), description="What would repair it.")
    remedies: tuple[Remedy, ...] = Field(
        default=(), description="Ready-made changes, the best first."
    )


ASKED = "<ask: "
"""How what `ask` returns begins."""


def ask(what: str) -> str:
    """Return what stands in a remedy for a value that only a person can know."""
    return f"{ASKED}{what}>"
