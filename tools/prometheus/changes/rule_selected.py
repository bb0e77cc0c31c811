"""Which labels a PrometheusRule needs so that a Prometheus of the operator takes it up."""

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.label_selector import selector_text
from clusterwright.tools.manifest import Manifest, items, mapping, strings, text, texts
from clusterwright.tools.prometheus.changes.rule_home import KIND
from clusterwright.tools.prometheus.scraping.selected import PROMETHEUS, why_not
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def labels_for(surroundings: Snapshot, candidate: Manifest) -> dict[str, str]:
    """Return the labels by which the first Prometheus that can takes a new object up.

    Nothing where none was read, or where it needs none. Raises RefusedError where none ever would.
    """
    takers = surroundings.of_kind(PROMETHEUS)
    reasons: list[str] = []
    for taker in takers:
        labels = _wanted(mapping(taker, "spec", "ruleSelector"))
        metadata = {**mapping(candidate, "metadata"), "labels": labels}
        reason = why_not(surroundings, taker, {**candidate, "metadata": metadata}, KIND)
        if not reason:
            return labels
        reasons.append(f"{Ref.of(taker)}: {reason}")
    if takers:
        raise _none(reasons)
    return {}


def check_selected(surroundings: Snapshot, manifest: Manifest, ref: Ref) -> None:
    """Raise RefusedError for a PrometheusRule that no Prometheus takes up."""
    takers = surroundings.of_kind(PROMETHEUS)
    if ref.kind != KIND or not takers:
        return
    reasons = [why_not(surroundings, one, manifest, KIND) for one in takers]
    if all(reasons):
        told = [f"{Ref.of(one)}: {why}" for one, why in zip(takers, reasons, strict=True)]
        raise _none(told)


def needs(surroundings: Snapshot) -> str:
    """Return the rule selectors there are, for a reader."""
    found = surroundings.of_kind(PROMETHEUS)
    told = [f"{Ref.of(one)} {selector_text(mapping(one, 'spec', 'ruleSelector'))}" for one in found]
    return one_line(few(told), 600)


def _wanted(selector: Manifest) -> dict[str, str]:
    labels = strings(selector, "matchLabels")
    for one in items(selector, "matchExpressions"):
        key, values = text(one, "key"), texts(one, "values")
        match text(one, "operator"):
            case "In" if values:
                labels.setdefault(key, values[0])
            case "Exists":
                labels.setdefault(key, "true")
            case _:
                continue
    return labels


def _none(reasons: list[str]) -> RefusedError:
    return RefusedError(
        f"no Prometheus would load it: {one_line(few(reasons), 800)}",
        hint="name an object in a namespace, and with labels, that one of them selects;"
        " k8s_plan_change gives an object labels",
    )
