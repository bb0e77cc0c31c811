"""Give a cluster of k0rdent up, with its services and its machines."""

from typing import ClassVar

from clusterwright.tools.cluster_api.changes.delete import FOR_EVER, seconds_to_go
from clusterwright.tools.cluster_api.changes.dependents import (
    Dependents,
    dependents,
    require_accepted,
    require_another,
    require_movable,
)
from clusterwright.tools.cluster_api.estate import MACHINE, estate_of
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    DeploymentChange,
    cluster_here,
    existing_deployment,
)
from clusterwright.tools.cluster_api.k0rdent.services import named, services_of, spelled
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, condition, text, truth
from clusterwright.tools.trust.risk import Risk


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
        cluster, _ = cluster_here(scene, before)
        if cluster is not None:
            require_movable(cluster)
            require_another(scene, cluster)
        found = require_accepted(ref, _dependents(scene, before), self.accept)
        uid = text(before, "metadata", "uid")
        machines = estate_of(scene.around).of(MACHINE, cluster) if cluster else ()
        check = gone(ref, uid)
        return (
            Step(
                say=f"delete {ref}{_with(cluster, len(machines), before)}",
                write=Write(
                    Verb.DELETE,
                    ref,
                    {"propagationPolicy": "Background"},
                    uid=uid,
                    version=text(before, "metadata", "resourceVersion"),
                ),
                before=before,
                paths=None,
                checks=(
                    Check(check.say, check.ref, check.judge, seconds=seconds_to_go(len(machines))),
                ),
                irreversible=FOR_EVER,
                at_stake=Risk.HIGH,
                risks=tuple((Risk.HIGH, one.line()) for one in found),
                notes=_notes(before),
                rests_on=[[one.word, *one.refs] for one in found if one.bound],
            ),
        )


def _dependents(scene: Scene, before: Manifest) -> list[Dependents]:
    """Return what goes with a cluster; a cluster that is not here was not looked at."""
    cluster, seen = cluster_here(scene, before)
    return [] if cluster is None and _made_nothing(before) else dependents(seen)


def _made_nothing(before: Manifest) -> bool:
    """Return whether it was only ever validated: k0rdent tells of a release once there is one."""
    told = text(condition(before, "HelmReleaseReady"), "status")
    return truth(before, "spec", "dryRun") and told not in {"True", "False"}


def _with(cluster: Manifest | None, machines: int, before: Manifest) -> str:
    if cluster is not None:
        return f" with {machines} machines"
    return ", which made no cluster" if _made_nothing(before) else ", whose cluster is not here"


def _notes(before: Manifest) -> tuple[str, ...]:
    services = [spelled(named(one)) for one in services_of(before)]
    return (f"its services go: {', '.join(services)}",) if services else ()
