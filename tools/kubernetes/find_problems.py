"""The tool that names what is wrong with a cluster, and why, in one call."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from clusterwright.tools.analyze import Analysis, analyze
from clusterwright.tools.answer import BUDGET, CAP, Answer
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Cursor, Namespace
from clusterwright.tools.kubernetes.problem_text import coverage_line, problem_text
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.tool import Effect, Tool

OWNERS = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
"""Read in any case, so that a pod's trouble is told of the workload that a person knows."""
_MEMBERS_SHOWN = 10
_ENVELOPE = 700
"""Bytes of an answer that are no finding: coverage, cursor, JSON-RPC."""


class Problems(Answer):
    """What is wrong, worst first."""

    findings: tuple[Finding, ...]
    total: int = Field(description="Problems found in all.")
    coverage: Coverage = Field(description="What was checked, and what was not and why.")
    next_cursor: str | None = Field(default=None, description="Continues with the next problems.")

    def render(self) -> str:
        """Return a block for each problem, then what was checked."""
        head = f"{self.total} problems" if self.total != 1 else "1 problem"
        blocks = [f"cluster {self.cluster}: {head if self.total else 'no problems found'}"]
        blocks += [problem_text(finding) for finding in self.findings]
        if self.next_cursor:
            left = "more problems; continue with next_cursor"
            blocks.append(f"[{self.total} in all; {left}]")
        return "\n".join([*blocks, coverage_line(self.coverage)])


async def k8s_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Annotated[
        int | None, Field(ge=1, le=500, description="Problems at most; default: about 10 kB.")
    ] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what is wrong in a cluster or namespace and why: root causes with evidence and fixes.

    Start here; it needs no prior knowledge.
    """
    connection = await clusters.connect(cluster)
    kinds = dict.fromkeys((*OWNERS, *(kind for one in ANALYZERS for kind in one.needs)))
    snapshot = await read_snapshot(connection, kinds, namespace)
    analysis = await analyze(snapshot, ANALYZERS, partial(fulfil, connection))
    rest = _after(analysis, cursor)
    shown = _fitting(rest, limit)
    gaps = (*snapshot.coverage.gaps, *analysis.gaps)
    return Problems(
        cluster=connection.cluster,
        findings=tuple(shown),
        total=len(analysis.findings),
        coverage=snapshot.coverage.model_copy(update={"gaps": gaps}),
        next_cursor=_key(shown[-1]) if len(shown) < len(rest) else None,
    )


TOOL = Tool(k8s_find_problems, Effect.READ, "Find problems")


def _after(analysis: Analysis, cursor: str | None) -> Sequence[Finding]:
    """Return the findings that come after a cursor, which names the last one seen."""
    if not cursor:
        return analysis.findings
    keys = [_key(one) for one in analysis.findings]
    if cursor in keys:
        return analysis.findings[keys.index(cursor) + 1 :]
    if cursor.count(" ") != 1:
        raise InvalidInputError(
            f"{cursor[:80]!r} is no cursor of this tool", hint="pass next_cursor as it was given"
        )
    # That problem is gone meanwhile: nothing may be skipped, so it starts again.
    return analysis.findings


def _key(finding: Finding) -> str:
    return f"{finding.code} {finding.subject}"


def _fitting(findings: Sequence[Finding], limit: int | None) -> list[Finding]:
    """Return as many findings as the budget holds, at least one; asked for more, up to the cap."""
    budget = (CAP if limit else BUDGET) - _ENVELOPE
    shown: list[Finding] = []
    for finding in _shortened(findings[:limit]):
        budget -= len(finding.model_dump_json(exclude_none=True)) + len(problem_text(finding)) + 2
        if shown and budget < 0:
            break
        shown.append(finding)
    return shown


def _shortened(findings: Iterable[Finding]) -> Iterable[Finding]:
    for one in findings:
        left_out = len(one.members) - _MEMBERS_SHOWN
        if left_out <= 0:
            yield one
        else:
            members = one.members[:_MEMBERS_SHOWN]
            yield one.model_copy(update={"members": members, "more_members": left_out})
