"""Pause a workload cluster, so that no controller changes anything of it, and resume it."""

from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange, existing_cluster
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import PAUSED, estate_of
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Check, Met, Pending, Scene, Step, Verdict
from clusterwright.tools.manifest import Manifest, items, number, strings, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_PATH = ("spec", "paused")


class Pause(ClusterChange):
    """Leave a cluster as it is until it is resumed."""

    kind: ClassVar[str] = "pause"
    runs: ClassVar[bool] = False

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of spec.paused."""
        before = existing_cluster(scene, self.ref)
        _refuse_deleting(before)
        found = patched(self.ref, before, cast("Manifest", put(before, _PATH, True)))
        if found is None:
            return ()
        reason = f"nothing of {self.ref} is repaired, scaled or upgraded while it is paused"
        return (
            replace(
                found,
                say=f"pause {self.ref}",
                checks=(Check(f"{self.ref} reports that it is paused", self.ref, _is_paused),),
                risks=((Risk.MEDIUM, reason),),
                notes=(
                    "machines that fail are not replaced, and a deletion would hang, until it is"
                    " resumed",
                ),
            ),
        )


class Resume(ClusterChange):
    """Let the controllers go on."""

    kind: ClassVar[str] = "resume"
    runs: ClassVar[bool] = False

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of spec.paused; raise RefusedError where an annotation pauses it too."""
        before = existing_cluster(scene, self.ref)
        if PAUSED in strings(before, "metadata", "annotations"):
            raise RefusedError(
                f"{self.ref} carries the annotation {PAUSED}, with which somebody, or a move to"
                " another management cluster, holds it",
                hint="find out who set it; k8s_plan_change can remove it by a patch",
            )
        found = patched(self.ref, before, cast("Manifest", put(before, _PATH, MISSING)))
        if found is None:
            return ()
        waiting = _waiting(before)
        moves = "what was changed while it was paused takes effect"
        return (
            replace(
                found,
                say=f"resume {self.ref}",
                checks=(settled(estate_of(scene.around), before, self.ref),),
                risks=((Risk.MEDIUM if waiting else Risk.LOW, f"{self.ref}: {moves}"),),
                notes=(waiting,) if waiting else (),
            ),
        )


def _waiting(cluster: Manifest) -> str:
    """Return what waits for the resumption, as far as the Cluster tells."""
    told = condition_of(cluster, "TopologyReconciled")
    generation = number(cluster, "metadata", "generation")
    seen = next(
        (
            number(one, "observedGeneration")
            for one in items(cluster, "status", "conditions")
            if text(one, "type") == "TopologyReconciled"
        ),
        generation,
    )
    if told is None or seen >= generation:
        return ""
    return "its spec was changed since its controllers last looked at it"


def _refuse_deleting(cluster: Manifest) -> None:
    if text(cluster, "metadata", "deletionTimestamp"):
        raise RefusedError(
            f"{Ref.of(cluster)} is being deleted",
            hint="paused, it would neither go nor stay; capi_describe_cluster tells what it waits"
            " for",
        )


def _is_paused(found: Manifest | None, _listed: object) -> Verdict:
    if found is None:
        return Pending("it does not exist any more", stuck=True)
    told = condition_of(found, "Paused")
    if told is None:
        return Met() if truth(found, "spec", "paused") else Pending("spec.paused is not set")
    return Met() if told.status == "True" else Pending("its controllers have not seen it yet")
