"""Run analyzers over a Snapshot: detect, group equals, fetch the evidence asked for, refine."""

import logging
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from anyio import to_thread

from clusterwright.tools.analyzer import Analyzer, Fulfilled, Request, Suspicion
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Finding, Relation, Severity
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

Fulfil = Callable[[Sequence[Request]], Awaitable[Fulfilled]]

_log = logging.getLogger(__name__)
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analyzers concluded, and which of them could not."""

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lead:
    analyzer: Analyzer
    suspicion: Suspicion


async def analyze(snapshot: Snapshot, analyzers: Iterable[Analyzer], fulfil: Fulfil) -> Analysis:
    """Return the findings of all analyzers, worst first; equal input gives equal output.

    The pure steps run in a worker thread, so that a large cluster does not stall other calls.
    `fulfil` answers the requests of grouped suspicions, the worst first, within its own budget;
    what that leaves out is a gap.
    """
    leads, failed = await to_thread.run_sync(_detect, snapshot, tuple(analyzers))
    wanted = tuple(dict.fromkeys(r for lead in leads for r in lead.suspicion.requests))
    fulfilled = await fulfil(wanted) if wanted else Fulfilled()
    findings, broken = await to_thread.run_sync(_refine, leads, fulfilled)
    gaps = (*failed, *broken, *_left_out(fulfilled, len(wanted)))
    return Analysis(tuple(sorted(findings, key=_order)), gaps)


def _detect(
    snapshot: Snapshot, analyzers: Sequence[Analyzer]
) -> tuple[list[_Lead], tuple[Gap, ...]]:
    leads: list[_Lead] = []
    guard = _Guard()
    for analyzer in analyzers:
        with guard.watching(analyzer):
            suspicions = group(analyzer.detect(snapshot))
            leads += [_Lead(analyzer, one) for one in suspicions]
    leads.sort(key=lambda lead: _order(lead.suspicion.finding))
    return leads, guard.gaps


def _left_out(fulfilled: Fulfilled, wanted: int) -> Iterator[Gap]:
    if fulfilled.left_out:
        reason = (
            f"{fulfilled.left_out} of {wanted} logs and objects that would prove more were left"
            " out; a namespace at a time brings them"
        )
        yield Gap(what="evidence", reason=reason)


def _refine(leads: Sequence[_Lead], fulfilled: Fulfilled) -> tuple[list[Finding], tuple[Gap, ...]]:
    findings: list[Finding] = []
    guard = _Guard()
    for lead in leads:
        with guard.watching(lead.analyzer):
            finding = lead.analyzer.refine(lead.suspicion, fulfilled)
            if finding is not None:
                findings.append(finding)
    return findings, guard.gaps


class _Guard:
    """Turns an analyzer's bug into a gap: it costs its own findings, never those of the others."""

    def __init__(self) -> None:
        self._failed: dict[str, Gap] = {}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(self._failed.values())

    @contextmanager
    def watching(self, analyzer: Analyzer) -> Generator[None]:
        try:
            yield
        except Exception:  # noqa: BLE001 - the one place that runs code which third parties may add
            _log.exception("analyzer %s failed", analyzer.name)
            what = f"analyzer {analyzer.name}"
            self._failed[what] = Gap(what=what, reason="failed; the server's log has the trace")


def group(suspicions: Iterable[Suspicion]) -> list[Suspicion]:
    """Merge equal suspicions of one owner; the first one's evidence and requests stand for all.

    Pods without a controller are equal when namespace, code and title are: fifty bare pods with
    the same impossible selector are one finding with fifty members.
    """
    merged: dict[tuple[str, ...], Suspicion] = {}
    for one in suspicions:
        key = _group_key(one.finding)
        known = merged.get(key)
        merged[key] = one if known is None else _merge(known, one)
    return list(merged.values())


def _group_key(finding: Finding) -> tuple[str, ...]:
    subject = finding.subject
    if subject.kind == "Pod":
        return (finding.code, "Pod", subject.namespace, finding.title)
    return (finding.code, str(subject), finding.title)


def _merge(first: Suspicion, other: Suspicion) -> Suspicion:
    a, b = first.finding, other.finding
    since = min((s for s in (a.since, b.since) if s is not None), default=None)
    finding = a.model_copy(
        update={
            "members": _union(a.members or (a.subject,), b.members or (b.subject,)),
            "relations": tuple[Relation, ...](dict.fromkeys((*a.relations, *b.relations))),
            "since": since,
        }
    )
    return replace(first, finding=finding)


def _union(a: tuple[Ref, ...], b: tuple[Ref, ...]) -> tuple[Ref, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return (_RANK[finding.severity], -len(finding.members), finding.code, str(finding.subject))
