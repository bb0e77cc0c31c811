"""The state of what keeps a workload's size: autoscalers and disruption budgets."""

from clusterwright.tools.kubernetes.state.other import any_state
from clusterwright.tools.kubernetes.state.state import State
from clusterwright.tools.manifest import Manifest, condition, dig, number, text


def autoscaler_state(autoscaler: Manifest) -> State:
    """Return the state of a HorizontalPodAutoscaler: unable, blind, at a bound, or at work."""
    at_least = dig(autoscaler, "spec", "minReplicas") or 1
    current, desired = (
        number(autoscaler, "status", f"{one}Replicas") for one in ("current", "desired")
    )
    path = ("spec", "scaleTargetRef")
    cells = {
        "scales": f"{text(autoscaler, *path, 'kind')}/{text(autoscaler, *path, 'name')}",
        "replicas": f"{current} of {desired} desired, {at_least} to"
        f" {number(autoscaler, 'spec', 'maxReplicas')} allowed",
    }
    able, limited = condition(autoscaler, "AbleToScale"), condition(autoscaler, "ScalingLimited")
    if able.get("status") == "False":
        return State(f"NotAbleToScale: {text(able, 'reason')}", well=False, cells=cells)
    state = any_state(autoscaler)
    if state.text == "ScalingActive" and limited.get("status") == "True":
        return State(f"ScalingLimited: {text(limited, 'reason')}", well=True, cells=cells)
    return State(state.text, state.well, cells)


def budget_state(budget: Manifest) -> State:
    """Return the state of a PodDisruptionBudget; one that allows nothing may be meant so."""
    status = budget.get("status")
    allowed, healthy, expected = (
        number(status, one) for one in ("disruptionsAllowed", "currentHealthy", "expectedPods")
    )
    asked = "minAvailable" if dig(budget, "spec", "maxUnavailable") is None else "maxUnavailable"
    cells = {
        "demands": f"{asked} {dig(budget, 'spec', asked)}",
        "healthy": f"{healthy}/{expected}",
        "allowed": str(allowed),
    }
    if number(status, "observedGeneration") < number(budget, "metadata", "generation"):
        return State("NotObserved", well=False, cells=cells)
    if not expected:
        return State("NoPods", well=True, cells=cells)
    if allowed:
        return State("DisruptionAllowed", well=True, cells=cells)
    if healthy < number(status, "desiredHealthy"):
        return State("InsufficientPods", well=False, cells=cells)
    return State("NoDisruptionAllowed", well=True, cells=cells)
