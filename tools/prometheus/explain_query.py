"""The tool that explains a query: what it computes, what is doubtful, and why it gives nothing."""

from typing import TYPE_CHECKING

from anyio import to_thread
from promql_parser import MatrixSelector, StringLiteral, SubqueryExpr
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, longest
from clusterwright.tools.errors import InvalidInputError, QueryError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.explaining.asking import SECONDS, Asking
from clusterwright.tools.prometheus.explaining.cause import Cause
from clusterwright.tools.prometheus.explaining.emptiness import why_empty
from clusterwright.tools.prometheus.explaining.gather import gather
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend, Query
from clusterwright.tools.prometheus.promql.lint.all import lint
from clusterwright.tools.prometheus.promql.lint.rule import Advice
from clusterwright.tools.prometheus.promql.nodes import is_number
from clusterwright.tools.prometheus.promql.reading import Reading, read
from clusterwright.tools.prometheus.promql.sentence import sentence
from clusterwright.tools.quotation import word
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.client.backend import Backend as Source

_SHORT = 4_096
_AT_CARET = "what stands at the caret cannot follow what stands before it"
_EVIDENCE, _NEAREST, _NOTES, _LINE = 8, 6, 4, 300


class Doubtful(BaseModel):
    """Advice of a lint rule."""

    model_config = ConfigDict(frozen=True)

    code: str
    part: str
    why: str
    right: str


class Looked(BaseModel):
    """A question to the server and what it said."""

    model_config = ConfigDict(frozen=True)

    query: str
    found: str


class Nothing(BaseModel):
    """Why a query gives nothing: the one first cause."""

    model_config = ConfigDict(frozen=True)

    code: str
    what: str
    right: str | None = None
    nearest: tuple[str, ...] = Field(default=(), description="What is there instead.")
    evidence: tuple[Looked, ...] = ()


class QueryExplanation(Answer):
    """What a query computes, how many series it gives, and what is doubtful about it."""

    backend: str
    computes: str | None = None
    series: int | None = Field(default=None, description="That it gives now.")
    fails: str | None = Field(default=None, description="The error that asking it gives.")
    fails_right: str | None = Field(default=None, description="What would not fail.")
    nothing: Nothing | None = None
    advice: tuple[Doubtful, ...] = ()
    advice_left_out: int = 0
    notes: tuple[str, ...] = Field(default=(), description="What could not be judged.")

    def render(self) -> str:
        """Return why it gives nothing first, then doubts."""
        lines: list[str] = []
        if self.fails:
            lines.append(f"asked, it fails: {self.fails}")
            lines += [f"  right: {self.fails_right}"] if self.fails_right else []
        if self.series is not None:
            lines.append(f"{self.series} series now, of {self.backend}")
        if self.nothing:
            one = self.nothing
            lines.append(f"nothing, because {one.what} ({one.code})")
            lines += [f"  right: {one.right}"] if one.right else []
            lines += [f"  there is: {', '.join(one.nearest)}"] if one.nearest else []
            lines += [f"  {each.query} -> {each.found}" for each in one.evidence]
        if self.computes:
            lines.append(f"computes: {self.computes}")
        for doubt in self.advice:
            lines.append(f"{doubt.code}: {doubt.part}: {doubt.why}\n  right: {doubt.right}")
        if not (self.advice or self.fails or self.nothing) and self.computes:
            lines.append("nothing is doubtful about it")
        if self.advice_left_out:
            lines.append(f"{self.advice_left_out} more doubts: explain a part of the query alone")
        lines += [f"not judged: {one}" for one in self.notes]
        return "\n".join(lines)


async def prom_explain_query(
    monitoring: Monitoring,
    query: Query,
    backend: Backend = None,
    cluster: Cluster = None,
) -> QueryExplanation:
    """Explain a PromQL query: where it is wrong, what it computes, and what is doubtful about it.

    For an empty result, names the first cause: the matcher, metric, target, time or join, proven.
    """
    reading = await to_thread.run_sync(read, query)
    reach = await monitoring.reach(cluster, backend)
    series, fails = await _series(reach.backend, reading)
    facts, gaps = await gather(reach.backend, reading)
    asking = Asking(reach.backend, None)
    cause = None
    if series == 0 and reading.tree is not None:
        cause = await why_empty(asking, reading.tree)
    unread = ["why it gives nothing: explain a part of it"] if series == 0 and not cause else []
    notes = [
        *reach.notes,
        *unread,
        *([] if reading.doubt is None else [reading.doubt.what]),
        *gaps,
        *asking.gaps,
    ]
    advice = await to_thread.run_sync(lint, reading, facts)
    counted = QueryExplanation(
        cluster=reach.cluster,
        backend=reach.backend.name,
        computes=None if reading.tree is None else _cut(sentence(reading.tree), 2 * _LINE),
        series=series,
        fails=None if fails is None else _cut(str(fails)),
        fails_right=None if fails is None else _cut(fails.hint) or None,
        nothing=None if cause is None else _nothing(cause),
        notes=tuple(_cut(one) for one in dict.fromkeys(notes))[:_NOTES],
    )

    def first(count: int) -> QueryExplanation:
        left = len(advice) - count
        shown = tuple(map(_doubtful, advice[:count]))
        return counted.model_copy(update={"advice": shown, "advice_left_out": left})

    return longest(first, len(advice), _SHORT) if advice else counted


TOOL = Tool(prom_explain_query, Effect.READ, "Explain a query")


async def _series(
    source: "Source", reading: Reading
) -> tuple[int | None, InvalidInputError | None]:
    """Return how many series a query gives, or why it fails; neither for a mere number.

    Raises InvalidInputError with a caret for what the server cannot read.
    """
    tree = reading.tree
    query = f"\n{reading.query}\n" if tree is None else reading.text
    if isinstance(tree, MatrixSelector | SubqueryExpr):
        query = f"present_over_time({query})"
    try:
        if tree is not None and (is_number(tree) or isinstance(tree, StringLiteral)):
            await _accepted(source, reading)
            return None, None
        found = await source.instant(f"count({query})", lane=Lane.HEAVY, seconds=SECONDS)
    except InvalidInputError as error:
        if "parse error" in str(error):
            await _accepted(source, reading)
        return None, error
    return int(found.only or 0), None


async def _accepted(source: "Source", reading: Reading) -> None:
    """Ask a query as it stands; raise InvalidInputError with a caret where it is not read."""
    try:
        await source.instant(reading.query, lane=Lane.HEAVY, limit=1, seconds=SECONDS)
    except QueryError as error:
        refusal = reading.refusal(error)
        if prom_explain_query.__name__ in refusal.hint:
            refusal = InvalidInputError(str(refusal), hint=_AT_CARET)
        raise refusal from error


def _nothing(cause: Cause) -> Nothing:
    return Nothing(
        code=cause.code,
        what=_cut(cause.what),
        right=_cut(cause.right) or None,
        nearest=tuple(word(_cut(one, 100)) for one in cause.nearest[:_NEAREST]),
        evidence=tuple(
            Looked(query=_cut(one.query, 160), found=_cut(one.found, 60))
            for one in cause.evidence[:_EVIDENCE]
        ),
    )


def _doubtful(one: Advice) -> Doubtful:
    return Doubtful(code=one.code, part=_cut(one.part), why=_cut(one.why), right=_cut(one.right))


def _cut(text: str, most: int = _LINE) -> str:
    return one_line(text, most)
