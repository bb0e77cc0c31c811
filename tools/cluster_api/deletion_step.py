"""What the deletion of a Machine or of a Cluster waits for, in either style of conditions."""

from clusterwright.tools.cluster_api.condition import Condition, condition_of, older_condition
from clusterwright.tools.manifest import Manifest

_STEPS = (
    "PreDrainDeleteHookSucceeded",
    "DrainingSucceeded",
    "VolumeDetachSucceeded",
    "PreTerminateDeleteHookSucceeded",
)
"""The steps of a Machine's deletion in the style v1beta1, where there is no condition Deleting;
each is False while it is taken (core/reconcilers/machine/machine_controller.go, v1.14)."""
DRAINS = frozenset({"DrainingNode", "Draining", "DrainingFailed"})
"""Reasons of a drain, in v1beta2 and in v1beta1."""
HOOKS = frozenset({"WaitingForPreDrainHook", "WaitingForPreTerminateHook", "WaitingExternalHook"})
"""Reasons of a hook of somebody else, in v1beta2 and in v1beta1."""


def deletion_step(one: Manifest) -> Condition | None:
    """Return the condition that says what a deletion waits for; None before it has begun."""
    found = condition_of(one, "Deleting")
    if found is not None:
        return found if found.status == "True" else None
    older = (older_condition(one, kind) for kind in _STEPS)
    return next((step for step in older if step and step.status == "False"), None)
