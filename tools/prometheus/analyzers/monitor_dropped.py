"""Monitors that match objects, and of which their own relabelings drop every target."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.manifest import Manifest, items, text, texts
from clusterwright.tools.prometheus.analyzers.about import about, said
from clusterwright.tools.prometheus.analyzers.monitors import (
    MATCHED,
    OBJECTS,
    endpoints,
    settled,
    targets,
)
from clusterwright.tools.prometheus.analyzers.opt_in import wanted
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.scraping.matched import unmatched
from clusterwright.tools.prometheus.scraping.relabelling import RelabelRule, relabelled
from clusterwright.tools.prometheus.scraping.selected import selected
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.result import Labels
    from clusterwright.tools.snapshot import Snapshot

DROPPED = "monitor/targets-dropped"
_MOST = 2_000
"""Targets of a pool that are relabelled here; their kinds are few."""


def emptied(estate: Estate) -> list[str]:
    """Return the pools without targets of monitors that match, and relabel what they match."""
    return [pool for *_, pool in _emptied(estate)] if estate.targets else []


def _emptied(estate: Estate) -> Iterator[tuple[Ref, int, Sequence[Manifest], str]]:
    for kind in MATCHED:
        for ref, manifest in selected(estate, kind):
            if not settled(estate, manifest) or list(unmatched(estate, manifest, ref)):
                continue
            for index, endpoint in enumerate(items(manifest, "spec", endpoints(ref))):
                own = items(endpoint, "relabelings")
                if own and not targets(estate, ref, index):
                    pool = f"{kind[0].lower()}{kind[1:]}/{ref.namespace}/{ref.name}/{index}"
                    yield ref, index, own, pool


def _detect(snapshot: "Snapshot") -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    if estate.targets is None or estate.configuration is None:
        return
    for ref, index, own, pool in _emptied(estate):
        scrape = estate.configuration.scrape(pool)
        lost = [one.discovered for one in estate.targets.dropped if one.pool == pool]
        steps = _steps(scrape.rules if scrape and scrape.rules else (), lost[:_MOST])
        for rule, seen in steps:
            at = _own(rule, own)
            found = wanted(rule, seen) if at >= 0 else None
            if found is not None:
                path = f"$.spec.{endpoints(ref)}[{index}].relabelings[{at}]"
                finding = _finding(ref, rule, path, rule.joined(found[0]), found[1])
                yield Suspicion(finding, (ReadRequest(ref),))
                break


def _steps(
    rules: Sequence[RelabelRule], lost: "Sequence[Labels]"
) -> list[tuple[RelabelRule, list["Labels"]]]:
    """Return the steps that drop targets, with the labels that each saw, the last step first.

    Those that the selector does not mean are dropped by the steps before.
    """
    seen: dict[int, list[Labels]] = {}
    for one in lost:
        outcome = relabelled(rules, one)
        if outcome.fate == "dropped":
            seen.setdefault(outcome.step, []).append(outcome.labels)
    return [(rules[step], seen[step]) for step in sorted(seen, reverse=True)]


def _own(rule: RelabelRule, own: Sequence[Manifest]) -> int:
    """Return which of a monitor's relabelings a step is; -1 for one that the operator adds."""
    for index, one in enumerate(own):
        same = (text(one, "action").lower() or "replace") == rule.action
        if same and texts(one, "sourceLabels") == list(rule.source):
            return index
    return -1


def _finding(ref: Ref, rule: RelabelRule, path: str, saw: str, says: str) -> Finding:
    step = path.rpartition(".")[2]
    return about(
        DROPPED,
        ref,
        f"Its {step} drops every target: {says}",
        (said(ref, path, rule.told()), said(ref, f"{path}.sourceLabels", saw or '""')),
        "Correct that step: prom_targets state=dropped shows what it saw.",
        severity=Severity.WARNING,
    )


MONITOR_DROPPED = Analyzer("monitor-dropped", (DROPPED,), OBJECTS, _detect, unless_gone)
