"""What a Service's selector could mean: the pod templates and bare pods of its namespace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from clusterwright.tools.manifest import Manifest, labels_of, mapping, strings
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet")

_SIMILAR = 0.6


@dataclass(frozen=True, slots=True)
class Selectable:
    """A workload, or a pod without one, and the labels that its pods get."""

    ref: Ref
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the labels of something miss a selector: `has` is empty when the key is absent."""

    key: str
    wanted: str
    has_key: str
    has: str


def selectables(snapshot: Snapshot, namespace: str) -> Iterator[Selectable]:
    """Return what makes pods in a namespace, and the pods that nothing made."""
    for kind in KINDS:
        for one in snapshot.in_namespace(kind, namespace):
            if owner_of(one) is None:
                yield Selectable(Ref.of(one), _template_labels(one))
    for pod in snapshot.in_namespace("Pod", namespace):
        if owner_of(pod) is None:
            yield Selectable(Ref.of(pod), labels_of(pod))


def nearest_to(
    selector: Mapping[str, str], name: str, found: list[Selectable]
) -> Selectable | None:
    """Return what the selector of the Service `name` most likely meant."""
    scored = [(_likeness(selector, name, one), str(one.ref), one) for one in found]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best is not None and best[0] > 0 else None


def differences(selector: Mapping[str, str], labels: Mapping[str, str]) -> list[Difference]:
    """Return each pair of the selector that the labels do not have, and what they have instead."""
    found: list[Difference] = []
    for key, wanted in selector.items():
        if labels.get(key) == wanted:
            continue
        other = next((k for k, v in labels.items() if v == wanted and k not in selector), "")
        has_key = key if key in labels else other
        found.append(Difference(key, wanted, has_key, labels.get(has_key, "")))
    return found


def _likeness(selector: Mapping[str, str], name: str, one: Selectable) -> float:
    score = 0.0
    for key, wanted in selector.items():
        has = one.labels.get(key)
        if has == wanted:
            score += 2
        elif has is not None:
            ratio = SequenceMatcher(None, wanted, has).ratio()
            score += ratio if ratio >= _SIMILAR else 0
        elif wanted in one.labels.values():
            score += 1
    return score + (1 if one.ref.name == name else 0)


def _template_labels(workload: Manifest) -> dict[str, str]:
    template = mapping(workload, "spec", "jobTemplate", "spec", "template") or mapping(
        workload, "spec", "template"
    )
    return strings(template, "metadata", "labels")
