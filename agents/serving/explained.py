"""The answer of `explain`: the page of a finding code, or the whole of one root cause."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.agents.diagnose.diagnosis import Link, RootCause, Symptom, link_name, named
from clusterwright.agents.report.chains import order
from clusterwright.agents.report.evidence import evidence_line
from clusterwright.agents.serving.cause import Cause, brief
from clusterwright.tools.answer import Answer
from clusterwright.tools.cursor import question
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Evidence, Remedy, Severity
from clusterwright.tools.ref import Ref


class Hanging(BaseModel):
    """A symptom, and how it hangs on its cause."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity
    subject: Ref
    title: str
    cause: str | None = Field(default=None, description="What explains it directly.")
    because: str | None = None
    path: tuple[str, ...] | None = Field(default=None, description="The objects between.")


class Offered(BaseModel):
    """Ready-made changes that would repair it."""

    model_config = ConfigDict(frozen=True)

    say: str = Field(description="What they do.")
    tool: str = Field(description="The tool that plans them.")
    changes: tuple[dict[str, Any], ...]


class Explained(Answer):
    """What a code means, or all that is known of one root cause."""

    code: str
    page: str | None = Field(default=None, description="What the code means, as Markdown.")
    cause: Cause | None = None
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Offered, ...] = Field(default=(), description="The best first.")
    symptoms: tuple[Hanging, ...] = ()
    next_cursor: str | None = Field(default=None, description="Continues; absent at the end.")

    def render(self) -> str:
        """Return the page, or the cause with its evidence, remedies and symptoms in lines."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.page:
            yield self.page.rstrip()
        if self.cause:
            yield self.cause.lines()
        yield from ["evidence:"] if self.evidence else []
        for one in self.evidence:
            yield f"  | {one_line(evidence_line(one), 600)}"
        for one in self.remedies:
            yield f"remedy by {one.tool}: {one_line(one.say)}"
        for one in self.symptoms:
            yield f"symptom: {one.severity} {named(one.code, one.subject)}: {one_line(one.title)}"
            if one.because:
                yield f"  because {one_line(one.because)} ({one.cause})"
            if one.path:
                yield f"  way: {' '.join(one.path)}"
        if self.next_cursor:
            yield f"More: cursor={self.next_cursor}"


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is known of a root cause, in the order in which it is told."""

    root: RootCause
    remedies: tuple[Offered, ...]
    parts: tuple[Evidence | Offered | Hanging, ...] = field(init=False)
    digest: str = field(init=False)
    """Tells it from what was known at another time."""

    def __post_init__(self) -> None:
        """Put the parts in their order."""
        links: dict[str, Link] = {}
        for one in order(self.root).links:
            links.setdefault(one.effect, one)
        hanging = (_hanging(one, links) for one in self.root.folded)
        said = (one.model_dump_json() for one in (self.root, *self.remedies))
        object.__setattr__(self, "parts", (*self.root.evidence, *self.remedies, *hanging))
        object.__setattr__(self, "digest", question(*said))

    def told(self, start: int, most: int, cursor: str | None) -> Explained:
        """Return so many parts from one of them on."""
        shown = self.parts[start : start + most]
        return Explained(
            cluster=self.root.cluster,
            code=self.root.code,
            cause=brief(self.root, self.root.cluster, 0),
            evidence=tuple(one for one in shown if not isinstance(one, Offered | Hanging)),
            remedies=tuple(one for one in shown if isinstance(one, Offered)),
            symptoms=tuple(one for one in shown if isinstance(one, Hanging)),
            next_cursor=cursor,
        )


def offered(remedy: Remedy, tool: str) -> Offered:
    """Return a remedy, with the tool that plans it unless it names another."""
    return Offered(say=remedy.say, tool=remedy.tool or tool, changes=remedy.changes)


def _hanging(symptom: Symptom, links: dict[str, Link]) -> Hanging:
    link = links.get(link_name(symptom))
    return Hanging(
        code=symptom.code,
        severity=symptom.severity,
        subject=symptom.subject,
        title=symptom.title,
        cause=link.cause if link else None,
        because=link.because if link else None,
        path=(link.path or None) if link else None,
    )
