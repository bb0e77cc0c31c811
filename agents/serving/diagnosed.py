"""The answer of `diagnose`: root causes, worst first, and what that rests on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause, Source, Verdict
from clusterwright.agents.serving.cause import Cause, brief
from clusterwright.tools.answer import BUDGET, CAP, Answer, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.ref import Ref

MOST = 100
_GAPS = 12
_LONGEST_REASON = 200
_EVIDENCE = 4
_HEADLINES = {
    Verdict.HEALTHY: "No problems found in what was checked",
    Verdict.UNKNOWN: "It cannot be told whether anything is wrong",
}

After = Callable[[int], str | None]
"""Returns the cursor that goes on after so many root causes; None where there are no pages."""


class Checked(BaseModel):
    """What one server read."""

    model_config = ConfigDict(frozen=True)

    server: str
    objects: int = Field(default=0, description="Read and analyzed.")


class Diagnosed(Answer):
    """One page of what is wrong, and why."""

    verdict: Verdict
    about: Ref | None = Field(default=None, description="The object that was asked about.")
    state: str | None = Field(default=None, description="Of that object.")
    well: bool | None = Field(default=None, description="Whether that object is.")
    total: int = Field(description="Root causes in all, on this page or not.")
    causes: tuple[Cause, ...] = Field(default=(), description="Worst first.")
    checked: tuple[Checked, ...] = ()
    gaps: tuple[Gap, ...] = Field(default=(), description="What was not checked, and why.")
    more_gaps: int | None = None
    next_cursor: str | None = Field(default=None, description="Continues; absent on the last page.")

    def render(self) -> str:
        """Return a few lines for each root cause, then what was checked and what was not."""
        return "\n".join([self._headline(), *(one.lines() for one in self.causes), *self._rest()])

    def _headline(self) -> str:
        of = f" about {self.about}" if self.about else ""
        if not self.total and self.well is False:
            return f"{self.about} on {self.cluster} is not well, and no cause was found."
        if not self.total:
            return f"{_HEADLINES.get(self.verdict, 'No cause was found')}{of} on {self.cluster}."
        some = f", {len(self.causes)} shown" if len(self.causes) < self.total else ""
        return f"{self.total} root cause{'s' * (self.total > 1)}{of} on {self.cluster}{some}:"

    def _rest(self) -> Iterator[str]:
        if self.about and self.state:
            yield f"{self.about} is: {one_line(self.state)}"
        read = ", ".join(f"{one.objects} by {one.server}" for one in self.checked)
        yield f"Checked: {read or 'nothing'}."
        yield from (f"Not checked: {one.what} ({one.reason})" for one in self.gaps)
        yield from [f"And {self.more_gaps} more things not checked."] if self.more_gaps else []
        if self.causes:
            yield "Next: explain(cause=ID) has the evidence, plan_fix(cause=ID) the repair."
        if self.next_cursor:
            yield f"More: cursor={self.next_cursor}"


def page(
    diagnosis: Diagnosis, roots: Sequence[RootCause], limit: int | None, after: After
) -> Diagnosed:
    """Return what tells the first of `roots`: as many as `limit` says, or as fit the budget."""
    make = partial(_page, diagnosis, roots, _EVIDENCE if limit else 1, after)
    return longest(make, min(limit or MOST, len(roots)), CAP if limit else BUDGET)


def cluster_of(diagnosis: Diagnosis) -> str:
    """Return the cluster that answered, by name: the first one, should there be several."""
    named = [one.cluster for one in diagnosis.sources if one.cluster]
    return (named or ["no cluster"])[0]


def _page(
    diagnosis: Diagnosis, roots: Sequence[RootCause], evidence: int, after: After, most: int
) -> Diagnosed:
    cluster, about = cluster_of(diagnosis), diagnosis.about
    gaps = list(_gaps(diagnosis.sources))
    if about and about.note:
        gaps.append(Gap(what="its surroundings", reason=about.note))
    return Diagnosed(
        cluster=cluster,
        verdict=diagnosis.verdict,
        about=about.ref if about else None,
        state=about.state or None if about else None,
        well=about.well if about else None,
        total=len(diagnosis.root_causes),
        causes=tuple(brief(one, cluster, evidence) for one in roots[:most]),
        checked=tuple(
            Checked(server=one.server, objects=sum(one.checked.values()))
            for one in diagnosis.sources
            if one.answered
        ),
        gaps=tuple(gaps[:_GAPS]),
        more_gaps=len(gaps) - _GAPS if len(gaps) > _GAPS else None,
        next_cursor=after(most) if most < len(roots) else None,
    )


def _gaps(sources: Iterable[Source]) -> Iterator[Gap]:
    """Yield what was not checked; what has one reason is told once."""
    reasons: dict[str, list[str]] = {}
    for one in sources:
        for gap in one.gaps:
            reasons.setdefault(one_line(gap.reason, _LONGEST_REASON), []).append(gap.what)
    for reason, what in reasons.items():
        yield Gap(what=one_line(", ".join(dict.fromkeys(what)), _LONGEST_REASON), reason=reason)
