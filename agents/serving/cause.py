"""A root cause in a few lines: what a model reads first, and what it may ask on by."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.agents.diagnose.diagnosis import Certainty, RootCause, named
from clusterwright.agents.report.evidence import evidence_line
from clusterwright.tools.excerpt import few, one_line, shorten
from clusterwright.tools.finding import Severity
from clusterwright.tools.ref import Ref

_EXAMPLES = 5
_LONGEST_EVIDENCE = 300


class Cause(BaseModel):
    """A root cause in brief; `explain` tells the whole of it by its id."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="For explain and plan_fix; the same from run to run.")
    severity: Severity = Field(description="The worst of the cause and its symptoms.")
    code: str
    subject: Ref
    title: str
    cluster: str | None = Field(default=None, description="If not the one that answered.")
    certainty: Certainty
    since: datetime | None = None
    objects: int | None = Field(default=None, description="How many show it, if several.")
    evidence: tuple[str, ...] = ()
    explains: int | None = Field(default=None, description="Symptoms that go away with it.")
    symptoms: tuple[str, ...] | None = Field(default=None, description="The first of them.")
    circle: tuple[str, ...] | None = Field(
        default=None, description="Findings that it explains, and that explain it in turn."
    )
    path: tuple[str, ...] | None = Field(
        default=None, description="From the object that was asked about to this one."
    )
    unread: tuple[str, ...] | None = Field(
        default=None, description="What could not be read, and may hold a deeper cause."
    )
    fix: str | None = None

    def lines(self) -> str:
        """Return the few lines that tell it."""
        many = f" ({self.objects} objects)" if self.objects else ""
        where = f" on {self.cluster}" if self.cluster else ""
        since = f" since {self.since:%m-%d %H:%M}Z" if self.since else ""
        head = f"{self.severity} {self.code} {self.subject}{many}{where}{since} [{self.id}]"
        lines = [head, f"  {one_line(self.title)}"]
        lines += [f"  | {one}" for one in self.evidence]
        if self.symptoms:
            more = f" and {(self.explains or 0) - len(self.symptoms)} more"
            more = more if (self.explains or 0) > len(self.symptoms) else ""
            lines.append(f"  explains: {', '.join(self.symptoms)}{more}")
        lines += [f"  in a circle with: {', '.join(self.circle)}"] if self.circle else []
        lines += [f"  way: {' '.join(self.path)}"] if self.path else []
        lines += (
            [f"  a deeper cause may be in: {one_line(few(self.unread))}"] if self.unread else []
        )
        lines += [f"  fix: {one_line(self.fix)}"] if self.fix else []
        return "\n".join(lines)


def brief(root: RootCause, cluster: str, evidence: int) -> Cause:
    """Return a root cause in brief, with so much of its evidence."""
    objects = len(root.members) + root.more_members
    shown = [named(one.code, one.subject) for one in root.symptoms[:_EXAMPLES]]
    return Cause(
        id=root.id,
        severity=root.severity,
        code=root.code,
        subject=root.subject,
        title=root.title,
        cluster=root.cluster if root.cluster != cluster else None,
        certainty=root.certainty,
        since=root.since,
        objects=objects if objects > 1 else None,
        evidence=tuple(
            shorten(one_line(evidence_line(one), 1_000), _LONGEST_EVIDENCE)
            for one in root.evidence[:evidence]
        ),
        explains=len(root.symptoms) + root.more_symptoms or None,
        symptoms=tuple(shown) or None,
        circle=tuple(named(one.code, one.subject) for one in root.circle) or None,
        path=root.path if len(root.path) > 1 else None,
        unread=root.unread or None,
        fix=root.next.fix or None,
    )
