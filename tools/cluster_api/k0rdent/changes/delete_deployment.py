"""Give a cluster of k0rdent up, with its services and its machines."""

from collections.abc import Sequence
from typing import ClassVar

from clusterwright.tools.cluster_api.changes.delete import FOR_EVER, seconds_to_go
from clusterwright.tools.cluster_api.estate import MACHINE, estate_of
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    DeploymentChange,
    clusters_here,
    existing_deployment,
    nothing_made,
)
from clusterwright.tools.cluster_api.k0rdent.changes.ends import (
    accepted_ends,
    bound_ends,
    require_endable,
)
from clusterwright.tools.cluster_api.k0rdent.services import named, services_of, spelled
from clusterwright.tools.excerpt import few
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk

_SHOWN = 10


class DeleteDeployment(DeploymentChange):
    """Delete a ClusterDeployment; k0rdent takes apart what it made, in the right order."""

    kind: ClassVar[str] = "delete_deployment"
    accept: tuple[str, ...] = ()

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that it is gone."""
        found = scene.live.get(self.deployment)
        return (gone(self.deployment, text(found, "metadata", "uid")),) if found else ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError for a cluster on which something depends."""
        ref = self.deployment
        before = existing_deployment(scene, ref)
        require_endable(scene, before)
        found = accepted_ends(scene, before, self.accept)
        uid = text(before, "metadata", "uid")
        own, estate = clusters_here(scene, before), estate_of(scene.around)
        machines = sum(len(estate.of(MACHINE, one)) for one in own)
        check = gone(ref, uid)
        return (
            Step(
                say=f"delete {ref}{_with(scene, before, machines)}",
                write=Write(
                    Verb.DELETE,
                    ref,
                    {"propagationPolicy": "Background"},
                    uid=uid,
                    version=text(before, "metadata", "resourceVersion"),
                ),
                before=before,
                paths=None,
                checks=(Check(check.say, check.ref, check.judge, seconds=seconds_to_go(machines)),),
                irreversible=FOR_EVER,
                at_stake=Risk.HIGH,
                risks=tuple((Risk.HIGH, one.line()) for one in found),
                notes=_notes(own, before),
                rests_on=bound_ends(found),
            ),
        )


def _with(scene: Scene, before: Manifest, machines: int) -> str:
    if clusters_here(scene, before):
        return f" with {machines} machines"
    made_none = nothing_made(scene, before)
    return ", which made no cluster" if made_none else ", whose cluster is not here"


def _notes(own: Sequence[Manifest], before: Manifest) -> tuple[str, ...]:
    clusters = [f"{namespace_of(one)}/{name_of(one)}" for one in own]
    services = [word(spelled(named(one))) for one in services_of(before)]
    told = (f"its Clusters go: {few(clusters, _SHOWN)}",) if len(own) > 1 else ()
    return (*told, *((f"its services go: {few(services, _SHOWN)}",) if services else ()))
