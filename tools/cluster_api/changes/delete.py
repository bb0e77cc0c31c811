"""Give a workload cluster up, once whoever asks has accepted what goes with it.

Only the Cluster is deleted: its controllers take apart the rest in the right order, which deleting
the parts by hand does not (Cluster API book, "Quick start", "Clean up").
"""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from clusterwright.tools.cluster_api.changes.cluster_change import (
    ClusterChange,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.dependents import (
    dependents,
    require_accepted,
    require_another,
    require_movable,
)
from clusterwright.tools.cluster_api.changes.pools import control_plane_of, pools_of
from clusterwright.tools.cluster_api.changes.running import gpus, running_on
from clusterwright.tools.cluster_api.estate import MACHINE, Estate, estate_of, paused
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Listing,
    Met,
    Pending,
    Scene,
    Step,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_SECONDS, _SECONDS_EACH = 900.0, 120.0
"""For a cluster to go, and for each of its machines."""
FOR_EVER = "a cluster does not come back, nor what was on it"
_BINDING = "ClusterResourceSetBinding.addons.cluster.x-k8s.io"


class Delete(ClusterChange):
    """Delete the cluster."""

    kind: ClassVar[str] = "delete"
    around: ClassVar[tuple[str, ...]] = (*ClusterChange.around, _BINDING)
    resumes: ClassVar[bool] = False
    accept: tuple[str, ...] = ()

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the cluster is gone."""
        cluster = scene.live.get(self.ref)
        return (gone(self.ref, text(cluster, "metadata", "uid")),) if cluster else ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError for a cluster on which something depends."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        _require_staying(cluster)
        require_movable(cluster)
        require_another(scene, cluster)
        found = require_accepted(self.ref, dependents(elsewhere(scene, self.ref)), self.accept)
        uid = text(cluster, "metadata", "uid")
        machines = estate.of(MACHINE, cluster)
        return (
            Step(
                say=f"delete {self.ref} with {self._parts(estate, cluster)}",
                write=Write(
                    Verb.DELETE,
                    self.ref,
                    {"propagationPolicy": "Background"},
                    uid=uid,
                    version=text(cluster, "metadata", "resourceVersion"),
                ),
                before=cluster,
                paths=None,
                checks=(gone(self.ref, uid, len(machines)),),
                irreversible=FOR_EVER,
                at_stake=Risk.HIGH,
                risks=tuple((Risk.HIGH, one.line()) for one in found),
                notes=self._notes(scene, machines),
                rests_on=[[one.word, *one.refs] for one in found if one.bound],
            ),
        )

    def _parts(self, estate: Estate, cluster: Manifest) -> str:
        own = len(control_plane_of(estate, cluster).machines)
        pools = [f"pool {one.name} ({one.count})" for one in pools_of(estate, cluster)]
        parts = [f"{own} control plane machines"] if own else ["its control plane"]
        return ", ".join([*parts, *([few(pools)] if pools else [])])

    def _notes(self, scene: Scene, machines: Sequence[Manifest]) -> tuple[str, ...]:
        notes: list[str] = []
        seen = elsewhere(scene, self.ref)
        if seen.snapshot is not None:
            has, used = gpus(running_on(machines, seen.snapshot))
            notes += [f"{has} GPUs go, {used} of them in use"] if has else []
        for one in scene.around.of_kind(_BINDING):
            if name_of(one) == self.ref.name and namespace_of(one) == self.ref.namespace:
                bound = items(one, "spec", "bindings")
                sets = [word(text(each, "clusterResourceSetName")) for each in bound]
                notes.append(f"what ClusterResourceSets put on it goes: {few(sets)}")
        return tuple(notes)


def _require_staying(cluster: Manifest) -> None:
    """Raise RefusedError for a cluster that goes already."""
    if not text(cluster, "metadata", "deletionTimestamp"):
        return
    hint = "capi_describe_cluster tells what it waits for"
    if paused(cluster):
        hint = 'it hangs, paused: plan {"kind":"resume"}, which asks what may go with it'
    raise RefusedError(f"{Ref.of(cluster)} is being deleted already", hint=hint)


def gone(ref: Ref, uid: str, machines: int = 0) -> Check:
    """Return the check that the Cluster of a uid is gone, with so many machines."""
    return Check(
        f"{ref}, its machines and its infrastructure are gone",
        ref,
        partial(_gone, uid),
        (Listing(MACHINE, ref.namespace, f"cluster.x-k8s.io/cluster-name={ref.name}"),),
        seconds_to_go(machines),
    )


def seconds_to_go(machines: int) -> float:
    """Return how long a cluster of so many machines may take to go."""
    return _SECONDS + _SECONDS_EACH * machines


def _gone(uid: str, found: Manifest | None, listed: Sequence[Manifest]) -> Verdict:
    if found is None or text(found, "metadata", "uid") != uid:
        return Met()
    return Pending(f"{len(listed)} machines are left" if listed else "its infrastructure is left")
