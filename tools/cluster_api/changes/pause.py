"""Pause a workload cluster, so that no controller changes anything of it, and resume it."""

from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    ClusterChange,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.delete import FOR_EVER, gone
from clusterwright.tools.cluster_api.changes.dependents import (
    dependents,
    require_accepted,
    require_another,
)
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import MACHINE, PAUSED, estate_of
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

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the cluster tells that it is paused."""
        return (self._check(),) if self.ref in scene.live else ()

    def _check(self) -> Check:
        return Check(f"{self.ref} reports that it is paused", self.ref, _is_paused)

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
                checks=(self._check(),),
                risks=((Risk.MEDIUM, reason),),
                notes=(
                    "machines that fail are not replaced, and a deletion would hang, until it is"
                    " resumed",
                ),
            ),
        )


class Resume(ClusterChange):
    """Let the controllers go on, with a deletion too, if one was asked for."""

    kind: ClassVar[str] = "resume"
    resumes: ClassVar[bool] = False
    """Its one write may have let the cluster go: then there is nothing that could be found out."""
    accept: tuple[str, ...] = ()

    def felt_on(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the Cluster where it goes: only then it matters what runs there."""
        cluster = scene.live.get(self.ref)
        return (self.ref,) if cluster and _is_deleting(cluster) else ()

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the cluster is as its spec says; that it is gone, if it was to be deleted."""
        cluster = scene.live.get(self.ref)
        if cluster is None or not _is_deleting(cluster):
            return super().proofs(scene)
        return (gone(self.ref, text(cluster, "metadata", "uid")),)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of spec.paused; raise RefusedError where an annotation pauses it too.

        Raises it also for a deletion that would go on, and take along what was not accepted.
        """
        before = existing_cluster(scene, self.ref)
        if PAUSED in strings(before, "metadata", "annotations"):
            raise RefusedError(
                f"{self.ref} carries the annotation {PAUSED}, with which somebody, or a move to"
                " another management cluster, holds it",
                hint="find out who set it; k8s_plan_change can remove it by a patch"
                if not _is_deleting(before)
                else "find out who set it; once it is removed by hand, the cluster goes",
            )
        found = patched(self.ref, before, cast("Manifest", put(before, _PATH, MISSING)))
        if found is None:
            return ()
        if _is_deleting(before):
            return (self._let_go(scene, before, found),)
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

    def _let_go(self, scene: Scene, before: Manifest, found: Step) -> Step:
        """Return the step as the deletion that it is."""
        require_another(scene, before)
        lost = require_accepted(self.ref, dependents(elsewhere(scene, self.ref)), self.accept)
        machines = len(estate_of(scene.around).of(MACHINE, before))
        when = text(before, "metadata", "deletionTimestamp")
        goes = (
            f"{self.ref} goes, as was asked at {when}: {machines} machines go, and what is on them"
        )
        return replace(
            found,
            say=f"resume {self.ref}, which lets its deletion go on",
            checks=(gone(self.ref, text(before, "metadata", "uid"), machines),),
            irreversible=FOR_EVER,
            at_stake=Risk.HIGH,
            passing=True,
            risks=((Risk.HIGH, goes), *((Risk.HIGH, one.line()) for one in lost)),
            notes=("a deletion that was asked for cannot be called back; a pause only holds it",),
            rests_on=[when, *([one.word, *one.refs] for one in lost if one.bound)],
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


def _is_deleting(cluster: Manifest) -> bool:
    return bool(text(cluster, "metadata", "deletionTimestamp"))


def _refuse_deleting(cluster: Manifest) -> None:
    if _is_deleting(cluster):
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
