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
from clusterwright.tools.cluster_api.changes.dependents import Dependents, dependents
from clusterwright.tools.cluster_api.changes.pools import control_plane_of, pools_of
from clusterwright.tools.cluster_api.changes.running import gpus, running_on
from clusterwright.tools.cluster_api.estate import MACHINE, Estate, estate_of, paused
from clusterwright.tools.errors import InvalidInputError, RefusedError
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
from clusterwright.tools.trust.risk import Risk

_SECONDS, _SECONDS_EACH = 900.0, 120.0
_BINDING = "ClusterResourceSetBinding.addons.cluster.x-k8s.io"
_WORDS = ("load-balancers", "volumes", "retained-volumes", "pods", "unread")


class Delete(ClusterChange):
    """Delete the cluster."""

    kind: ClassVar[str] = "delete"
    around: ClassVar[tuple[str, ...]] = (*ClusterChange.around, _BINDING)
    resumes: ClassVar[bool] = False
    accept: tuple[str, ...] = ()

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the cluster is gone."""
        cluster = scene.live.get(self.ref)
        return (self._check(text(cluster, "metadata", "uid"), 0),) if cluster else ()

    def _check(self, uid: str, machines: int) -> Check:
        labels = f"cluster.x-k8s.io/cluster-name={self.ref.name}"
        return Check(
            f"{self.ref}, its machines and its infrastructure are gone",
            self.ref,
            partial(_gone, uid),
            (Listing(MACHINE, self.ref.namespace, labels),),
            _SECONDS + _SECONDS_EACH * machines,
        )

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError for a cluster on which something depends."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        unknown = [one for one in self.accept if one not in _WORDS]
        if unknown:
            raise InvalidInputError(
                f"{unknown[0][:80]!r} is nothing to accept", hint=f"there are {', '.join(_WORDS)}"
            )
        seen = elsewhere(scene, self.ref)
        self._refuse(scene, cluster, seen.identity)
        found = dependents(seen)
        self._require_accepted(found)
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
                checks=(self._check(uid, len(machines)),),
                irreversible="a cluster does not come back, nor what was on it",
                at_stake=Risk.HIGH,
                risks=tuple((Risk.HIGH, one.line()) for one in found),
                notes=self._notes(scene, machines),
                rests_on=[[one.word, *one.refs] for one in found if one.bound],
            ),
        )

    def _refuse(self, scene: Scene, cluster: Manifest, identity: str) -> None:
        """Raise RefusedError for a cluster that must not, or cannot, be deleted now."""
        if text(cluster, "metadata", "deletionTimestamp"):
            raise RefusedError(
                f"{self.ref} is being deleted already",
                hint="capi_describe_cluster tells what it waits for",
            )
        if paused(cluster):
            raise RefusedError(
                f"{self.ref} is paused: its deletion would hang, half done",
                hint='plan {"kind":"resume"} first, once it is clear why it was paused',
            )
        if identity and identity == scene.identity:
            raise RefusedError(
                f"{self.ref} is this management cluster itself",
                hint="move its clusters to another one first (clusterctl move)",
            )

    def _require_accepted(self, found: list[Dependents]) -> None:
        open_ = [one for one in found if one.word not in self.accept]
        if open_:
            both = dict.fromkeys((*self.accept, *(one.word for one in open_)))
            words = ", ".join(f'"{one}"' for one in both)
            raise RefusedError(
                f"with {self.ref} would go: {'; '.join(one.line() for one in open_)}",
                hint=f"take away what is still needed; else accept it: accept=[{words}]",
            )

    def _parts(self, estate: Estate, cluster: Manifest) -> str:
        own = len(control_plane_of(estate, cluster).machines)
        pools = [f"pool {one.name} ({len(one.machines)})" for one in pools_of(estate, cluster)]
        parts = [f"{own} control plane machines"] if own else ["its control plane"]
        return ", ".join([*parts, *pools])

    def _notes(self, scene: Scene, machines: Sequence[Manifest]) -> tuple[str, ...]:
        notes: list[str] = []
        seen = elsewhere(scene, self.ref)
        if seen.snapshot is not None:
            has, used = gpus(running_on(machines, seen.snapshot))
            notes += [f"{has} GPUs go, {used} of them in use"] if has else []
        for one in scene.around.of_kind(_BINDING):
            if name_of(one) == self.ref.name and namespace_of(one) == self.ref.namespace:
                sets = [text(b, "clusterResourceSetName") for b in items(one, "spec", "bindings")]
                notes.append(f"what ClusterResourceSets put on it goes: {', '.join(sets)}")
        return tuple(notes)


def _gone(uid: str, found: Manifest | None, listed: Sequence[Manifest]) -> Verdict:
    if found is None or text(found, "metadata", "uid") != uid:
        return Met()
    return Pending(f"{len(listed)} machines are left" if listed else "its infrastructure is left")
