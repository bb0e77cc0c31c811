"""Have the operator try a driver upgrade again that failed.

Source: NVIDIA/k8s-operator-libs, pkg/upgrade: the states; `upgrade-failed` is left by hand.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import put
from clusterwright.tools.gpu.changes.clients import clients_on, named
from clusterwright.tools.gpu.changes.node_change import NodeChange
from clusterwright.tools.gpu.changes.standing import DONE, FAILED, REQUIRED, UPGRADE
from clusterwright.tools.kubernetes.changes import step as steps_
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Check, Met, Pending, Scene, Step, Verdict
from clusterwright.tools.manifest import Manifest, labels_of
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk

_SECONDS = 600
STATES = (
    REQUIRED,
    "cordon-required",
    "wait-for-jobs-required",
    "pod-deletion-required",
    "drain-required",
    "node-maintenance-required",
    "post-maintenance-required",
    "pod-restart-required",
    "validation-required",
    "uncordon-required",
    DONE,
    FAILED,
)


class RetryUpgrade(NodeChange):
    """Set the state of a failed upgrade back to required."""

    kind: ClassVar[str] = "retry_upgrade"

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one label; raise RefusedError for an upgrade that has not failed."""
        estate, node = self.gpus(scene)
        if node.upgrade_state != FAILED:
            raise RefusedError(
                f"the driver upgrade of {self.ref} has not failed: its state is"
                f" {word(node.upgrade_state) or 'not set'}",
                hint="only upgrade-failed is tried again; what is under way goes on by itself",
            )
        before = self.live(scene)
        wanted = cast("Manifest", put(before, ("metadata", "labels", UPGRADE), REQUIRED))
        found = patched(self.ref, before, wanted)
        if found is None:
            return ()
        clients = clients_on(estate, self.node)
        risks = [(Risk.MEDIUM, f"the driver of {self.ref} is restarted")]
        if clients:
            risks.append((Risk.HIGH, f"pods that use its GPUs are ended for it: {named(clients)}"))
        return (
            replace(
                found,
                say=f"try the driver upgrade of {self.ref} again",
                checks=self.proofs(scene),
                passing=True,
                irreversible="the operator goes on with the upgrade by itself",
                at_stake=Risk.LOW,
                risks=tuple(risks),
                notes=("the operator cordons the node, and drains it where its policy says",),
            ),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the operator has taken it up."""
        del scene
        say = f"the driver upgrade of {self.ref} goes on"
        return (Check(say, self.ref, _goes_on, seconds=_SECONDS),)


def _goes_on(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return steps_.Failed("the node does not exist any more")
    state = labels_of(found).get(UPGRADE, "")
    if state == FAILED:
        return steps_.Failed("it failed again: the log of the driver's pod tells why")
    if state == REQUIRED:
        return Pending("the operator has not taken it up yet: others may be upgraded first")
    if state not in STATES:
        return Pending(f"its state is {word(state) or 'not set'}")
    return Met("it is done" if state == DONE else f"it has come to {state}")
