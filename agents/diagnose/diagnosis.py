"""The agent's answer: root causes with their symptoms folded under, and what it all rests on."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Evidence, Severity
from clusterwright.tools.ref import Ref

SCHEMA = "clusterwright.diagnosis/v1"


class Verdict(StrEnum):
    """What can be said in one word."""

    HEALTHY = "healthy"
    PROBLEMS = "problems"
    UNKNOWN = "unknown"
    """No server could check anything, or one could not be asked and the others found nothing."""


class Certainty(StrEnum):
    """How strong the evidence of a cause is."""

    PROVEN = "proven"
    """A field, a log line or a re-read absence shows it."""
    LIKELY = "likely"
    """Only events tell of it, which may be past, or signs none of which proves it alone."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Symptom(_Part):
    """A finding that goes away with its cause."""

    name: str = Field(default="", description="As links name it, like no other finding here.")
    cluster: str = Field(default="", description="Where it is, if not where its cause is.")
    code: str
    severity: Severity
    subject: Ref
    title: str
    members: tuple[Ref, ...] = ()
    more_members: int = Field(default=0, description="Objects that show it as well, left out.")


class Link(_Part):
    """One step of an explanation: a finding, the one that explains it directly, and why."""

    effect: str = Field(description="A finding by its name.")
    cause: str = Field(description="A finding by its name.")
    because: str
    path: tuple[str, ...] = Field(
        default=(), description="The objects from the one to the other, with the edges between."
    )


class NextStep(_Part):
    """What to do now."""

    fix: str = Field(default="", description="What would repair it, in a sentence.")
    call: str = Field(default="", description="The tool call that shows the subject.")
    shell: str = Field(default="", description="A command that shows the subject to a person.")
    command: str = Field(description="The command that explains the finding code.")


class RootCause(_Part):
    """A finding that nothing else explains, and everything that it explains."""

    id: str = Field(
        default="",
        description="Of cluster, code and subject, and of the title where several have the same:"
        " the same from run to run.",
    )
    name: str = Field(
        default="",
        description="As links name it: `code on subject`, with the cluster where there are several,"
        " and a number where several are of one code on one subject.",
    )
    cluster: str
    code: str
    severity: Severity = Field(description="The worst of the cause and its symptoms.")
    own_severity: Severity | None = Field(default=None, description="Of the cause alone.")
    certainty: Certainty
    subject: Ref
    title: str
    evidence: tuple[Evidence, ...]
    since: datetime | None = None
    members: tuple[Ref, ...] = ()
    more_members: int = Field(default=0, description="Objects that show it as well, left out.")
    times: int | None = Field(
        default=None,
        description="Of alerts of one name: how many it is of. None: it was not counted.",
    )
    circle: tuple[Symptom, ...] = Field(
        default=(), description="Findings that it explains and that explain it in turn."
    )
    symptoms: tuple[Symptom, ...] = ()
    more_symptoms: int = Field(
        default=0, description="Symptoms left out here, each listed under another root cause."
    )
    grown_by: tuple[str, ...] = Field(
        default=(), description="What is new of it, if it was there before."
    )
    path: tuple[str, ...] = Field(
        default=(),
        description="From the object that was asked about to this: objects, and what joins them.",
    )
    links: tuple[Link, ...] = Field(
        default=(), description="How each symptom, and each of a circle, hangs on its cause."
    )
    deepest_visible: bool = Field(
        default=False, description="A cause below it may exist that could not be read."
    )
    unread: tuple[str, ...] = Field(
        default=(), description="What could not be read and may hold that cause."
    )
    next: NextStep

    @property
    def folded(self) -> tuple[Symptom, ...]:
        """What goes away with it: what it is in a circle with, then its symptoms."""
        return (*self.circle, *self.symptoms)


def named(code: str, subject: Ref) -> str:
    """Return how a finding is named in passing."""
    return f"{code} on {subject}"


def link_name(one: RootCause | Symptom) -> str:
    """Return a finding as links name it."""
    return one.name or named(one.code, one.subject)


def touched(root: RootCause) -> set[Ref]:
    """Return every object that a root cause or one of its symptoms is found on."""
    found = {root.subject, *root.members}
    for one in root.folded:
        found |= {one.subject, *one.members}
    return found


Place = tuple[str, str, Ref]
"""Where a finding is: its cluster, its code, its subject."""


def place_of(root: "RootCause | SetAside") -> Place:
    """Return where a root cause is; several of one code may be about one object."""
    return (root.cluster, root.code, root.subject)


def place(one: Symptom, root: RootCause) -> Place:
    """Return where something is that a root cause explains."""
    return (one.cluster or root.cluster, one.code, one.subject)


def explained(roots: Iterable[RootCause]) -> dict[Place, RootCause]:
    """Return where everything is that root causes explain, with the first one that does."""
    found: dict[Place, RootCause] = {}
    for root in roots:
        for one in root.folded:
            found.setdefault(place(one, root), root)
    return found


def broken(roots: Iterable[RootCause]) -> bool:
    """Tell whether anything is wrong: what has the least severity is only worth knowing."""
    return any(one.severity is not Severity.INFO for one in roots)


class Source(_Part):
    """What one server checked, and what it could not."""

    server: str
    tool: str = ""
    cluster: str = ""
    answered: bool
    checked: dict[str, int] = Field(default_factory=dict, description="Objects read, by kind.")
    gaps: tuple[Gap, ...] = ()


class About(_Part):
    """The object that was asked about."""

    ref: Ref
    state: str = Field(default="", description="As the tool that describes it says.")
    well: bool | None = Field(default=None, description="None: could not be told.")
    note: str = Field(default="", description="What of its surroundings was not looked at.")


class Why(StrEnum):
    """Why a root cause is not told among the others."""

    IGNORED = "ignored"
    """An entry of the ignore file names it, its owner, the reason, and until when."""
    KNOWN = "known"
    """The baseline has it, no less severe than it is now, and nothing of it is new."""
    GONE = "gone"
    """The baseline has it, and it is no longer there."""


class Extent(_Part):
    """A finding of a root cause that is set aside, for a later run to tell what is new of it."""

    cluster: str
    code: str
    severity: Severity
    subject: Ref
    members: tuple[Ref, ...] = ()
    more_members: int = 0
    times: int | None = None


class SetAside(_Part):
    """A root cause that is counted and not told."""

    id: str
    why: Why
    cluster: str
    code: str
    severity: Severity
    subject: Ref
    title: str
    symptoms: int = Field(default=0, description="How many it had.")
    extent: tuple[Extent, ...] = Field(
        default=(), description="It, what it is in a circle with, and its symptoms."
    )
    circle: tuple[str, ...] = Field(
        default=(), description="Findings that it explains and that explain it, by name."
    )
    reason: str = Field(default="", description="Why it is ignored.")
    owner: str = Field(default="", description="Who answers for that it is ignored.")
    expires: date | None = Field(default=None, description="The last day on which it is ignored.")


class Diagnosis(_Part):
    """Everything that was found, worst first, and everything that it rests on."""

    schema_name: Literal["clusterwright.diagnosis/v1"] = Field(default=SCHEMA, alias="schema")
    verdict: Verdict
    about: About | None = Field(default=None, description="None: all was asked about.")
    complete: bool = Field(description="Whether everything that was wanted could be read.")
    root_causes: tuple[RootCause, ...] = ()
    compared: bool = Field(
        default=False, description="With a baseline: root causes are those that are new since."
    )
    set_aside: tuple[SetAside, ...] = Field(
        default=(), description="Root causes that are ignored, known before, or gone since."
    )
    sources: tuple[Source, ...] = ()
    taken_for: dict[str, str] = Field(
        default_factory=dict,
        description="Clusters that were not asked, each taken for another one that was: their"
        " kube-system has one uid, and they are reached at one address.",
    )
    same_uid: tuple[tuple[str, ...], ...] = Field(
        default=(),
        description="Clusters that were each asked though their kube-system has one uid: copies,"
        " or one cluster reached at several addresses.",
    )
