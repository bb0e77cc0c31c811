"""Disruption budgets: which guard a pod, and how many of their pods may go now."""

from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import Manifest, labels_of, mapping, namespace_of, number
from clusterwright.tools.snapshot import Snapshot


def budgets_of(pod: Manifest, around: Snapshot) -> list[Manifest]:
    """Return the PodDisruptionBudgets whose selector has a pod."""
    return [
        one
        for one in around.in_namespace("PodDisruptionBudget", namespace_of(pod))
        if matches(mapping(one, "spec", "selector"), labels_of(pod))
    ]


def spare(budget: Manifest) -> int:
    """Return how many pods of a budget may go at this moment."""
    return number(budget, "status", "disruptionsAllowed")
