"""Which monitors and rules a Prometheus of the operator takes up, and what keeps out the others.

Follows `selectObjects` of the Prometheus Operator, pkg/prometheus/resource_selector.go: without a
selector nothing is selected, by an empty one everything; without a namespace selector only the
namespace of the Prometheus itself counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.kubernetes.label_selector import matches, selector_text
from clusterwright.tools.manifest import Manifest, dig, labels_of, name_of, namespace_of, text
from clusterwright.tools.prometheus.scraping.difference import misses
from clusterwright.tools.prometheus.scraping.subject import GROUP, ref_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

PROMETHEUS, AGENT = f"Prometheus.{GROUP}", f"PrometheusAgent.{GROUP}"
SELECTORS: Mapping[str, tuple[str, str]] = {
    "ServiceMonitor": ("serviceMonitorSelector", "serviceMonitorNamespaceSelector"),
    "PodMonitor": ("podMonitorSelector", "podMonitorNamespaceSelector"),
    "Probe": ("probeSelector", "probeNamespaceSelector"),
    "ScrapeConfig": ("scrapeConfigSelector", "scrapeConfigNamespaceSelector"),
    "PrometheusRule": ("ruleSelector", "ruleNamespaceSelector"),
}
"""By kind, the fields of a Prometheus that choose objects of it."""
KINDS = (PROMETHEUS, *(f"{kind}.{GROUP}" for kind in SELECTORS), "Namespace")


@dataclass(frozen=True, slots=True)
class Unselected:
    """An object that no Prometheus takes up."""

    ref: Ref
    reasons: tuple[tuple[Ref, str], ...]
    """By Prometheus, why it does not."""


def unselected(snapshot: Snapshot, kind: str) -> list[Unselected]:
    """Return the objects of a kind that no Prometheus selects; none where none was read."""
    return [
        Unselected(ref, reasons)
        for _, ref, reasons in _judged(snapshot, kind)
        if reasons is not None
    ]


def selected(snapshot: Snapshot, kind: str) -> list[tuple[Ref, Manifest]]:
    """Return the objects of a kind that a Prometheus selects, or may select as far as was read."""
    return [(ref, one) for one, ref, reasons in _judged(snapshot, kind) if reasons is None]


def _judged(
    snapshot: Snapshot, kind: str
) -> Iterator[tuple[Manifest, Ref, tuple[tuple[Ref, str], ...] | None]]:
    """Yield each object with why no Prometheus takes it up; None for one that is taken up."""
    takers = [*snapshot.of_kind(PROMETHEUS), *snapshot.of_kind(AGENT)]
    for one in snapshot.of_kind(f"{kind}.{GROUP}"):
        ref = ref_of(one, kind)
        if ref is None:
            continue
        reasons: list[tuple[Ref, str]] = []
        for taker in takers:
            reason = why_not(snapshot, taker, one, kind)
            of = ref_of(taker, text(taker, "kind"))
            if not reason or of is None:
                yield one, ref, None
                break
            reasons.append((of, reason))
        else:
            yield one, ref, tuple(reasons) or None


def why_not(snapshot: Snapshot, taker: Manifest, one: Manifest, kind: str) -> str:
    """Return what of a Prometheus keeps an object out; nothing where it is taken up."""
    field, namespace_field = SELECTORS[kind]
    selector, spaces = dig(taker, "spec", field), dig(taker, "spec", namespace_field)
    home, own = namespace_of(one), namespace_of(taker)
    if selector is None:
        # Without any selector the operator writes no configuration: it is kept by hand.
        unmanaged = all(dig(taker, "spec", each) is None for each, _ in SELECTORS.values())
        return "" if unmanaged else f"it has no {field}, so it selects none"
    missed = misses(selector, labels_of(one))
    if missed:
        return f"{field} wants {' and '.join(missed)}"
    if spaces is None:
        return "" if home == own else f"without a {namespace_field} it looks in {own} only"
    if not snapshot.was_read("Namespace"):
        return ""
    found = next((n for n in snapshot.of_kind("Namespace") if name_of(n) == home), None)
    if found is None or matches(spaces, labels_of(found)):
        return ""
    missed = misses(spaces, labels_of(found))
    wants = " and ".join(missed) or selector_text(spaces)
    return f"{namespace_field} wants of namespace {home}: {wants}"
