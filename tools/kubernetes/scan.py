"""All that was found at one moment, and the pages in which a domain's problems tool tells it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.cursor import decode, encode, foreign, question
from clusterwright.tools.finding import Finding, Relation, Severity
from clusterwright.tools.kubernetes.brief import brief
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters

MOST = 100
"""Problems that are tried to fit an answer; `limit` goes no further either."""
Limit = Annotated[
    int | None,
    Field(ge=1, le=MOST, description="Problems at most, with all evidence and ready-made changes."),
]
"""The parameter of every domain's problems tool."""
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
_EVIDENCE = 4
"""Pieces of evidence of a problem when `limit` asks for more than a first look."""
_KEY = (int, int, int, str, str, str)
"""What a cursor holds of `Scan.key`."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The findings of one domain; every page of an answer is a piece of it."""

    domain: str
    cluster: str
    namespace: str | None
    findings: tuple[Finding, ...]
    coverage: Coverage
    owners: Mapping[Ref, Relation]
    """Of what the findings point at."""
    symptoms: frozenset[str] = frozenset()
    """Codes that always have a cause elsewhere."""
    joins: Mapping[Ref, tuple[Relation, ...]] = field(
        default_factory=dict[Ref, tuple[Relation, ...]]
    )
    """Edges from other objects to what findings are about, by the findings' subjects."""
    around: Mapping[Ref, tuple[Relation, ...]] = field(
        default_factory=dict[Ref, tuple[Relation, ...]]
    )
    """More edges around those subjects, told where all evidence is asked for."""

    def key(self, finding: Finding) -> tuple[int, int, int, str, str, str]:
        """Return what findings are ordered by, so that a page starts where the last one ended.

        Causes come before what is only their symptom: a page that ends early has lost less.
        """
        affected = len(finding.members) + finding.more_members
        symptom, severity = finding.code in self.symptoms, _RANK[finding.severity]
        return (
            symptom,
            severity,
            -affected,
            finding.code,
            str(finding.subject),
            question(finding.title),
        )


async def paged(
    clusters: "Clusters",
    asked: tuple[str, str, str | None],
    scan: Callable[[], Awaitable[Scan]],
    *,
    limit: int | None,
    cursor: str | None,
) -> Problems:
    """Return the page that a cursor asks for, or the first one.

    Args:
        clusters: keep a scan for the pages that follow.
        asked: domain, cluster and namespace; a cursor of another question is refused.
        scan: reads and analyzes, when no earlier scan goes on.
        limit: findings at most, with more evidence; default: what fits the byte budget.
        cursor: of the page before.
    """
    found, token, *after = decode("problems", cursor, str, str, *_KEY) if cursor else ("", "")
    own = question(asked[1], asked[2], asked[0])
    if cursor and found != own:
        raise foreign(cursor)
    known = clusters.recent.get(str(token), Scan)
    if known is None or (known.domain, known.cluster, known.namespace) != asked:
        known = await scan()
        token = clusters.recent.keep(known)
    ordered = sorted(known.findings, key=known.key)
    rest = [one for one in ordered if known.key(one) > tuple(after)]
    page = partial(_page, known, (own, str(token)), rest, _EVIDENCE if limit else 1)
    return longest(page, min(limit or MOST, len(rest)), CAP if limit else BUDGET)


def _page(
    scan: Scan, origin: tuple[str, str], rest: Sequence[Finding], evidence: int, most: int
) -> Problems:
    """Return the page with the first findings of the rest."""
    shown = tuple(brief(one, evidence=evidence) for one in rest[:most])
    more = len(shown) < len(rest)
    return Problems(
        cluster=scan.cluster,
        total=len(scan.findings),
        findings=shown,
        relations=tuple(dict.fromkeys(_edges(scan, shown, whole=evidence > 1))),
        coverage=scan.coverage,
        next_cursor=encode("problems", *origin, *scan.key(rest[most - 1])) if more else None,
    )


def _edges(scan: Scan, shown: Iterable[Finding], *, whole: bool) -> Iterator[Relation]:
    """Yield the edges from what the findings shown point at, and those around their subjects."""
    for subject in dict.fromkeys(finding.subject for finding in shown):
        yield from scan.joins.get(subject, ())
        yield from scan.around.get(subject, ()) if whole else ()
    targets = dict.fromkeys(one.target for finding in shown for one in finding.relations)
    yield from (scan.owners[target] for target in targets if target in scan.owners)
