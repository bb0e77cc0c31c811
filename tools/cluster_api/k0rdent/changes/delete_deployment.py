"""Give a cluster of k0rdent up, with its services and its machines."""

from typing import ClassVar

from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange, elsewhere
from clusterwright.tools.cluster_api.changes.dependents import dependents
from clusterwright.tools.cluster_api.estate import MACHINE, estate_of
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    deployment_ref,
    existing_deployment,
)
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT
from clusterwright.tools.cluster_api.k0rdent.services import named, services_of, spelled
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_WORDS = ("load-balancers", "volumes", "retained-volumes", "pods", "unread")
_SECONDS, _SECONDS_EACH = 900.0, 120.0


class DeleteDeployment(ClusterChange):
    """Delete a ClusterDeployment; k0rdent takes apart what it made, in the right order."""

    kind: ClassVar[str] = "delete_deployment"
    around: ClassVar[tuple[str, ...]] = (*ClusterChange.around, DEPLOYMENT)
    accept: tuple[str, ...] = ()

    @property
    def deployment(self) -> Ref:
        """The ClusterDeployment."""
        return deployment_ref(self.name)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The ClusterDeployment, and the Cluster of its name."""
        return (self.deployment, self.ref)

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that it is gone."""
        found = scene.live.get(self.deployment)
        return (gone(self.deployment, text(found, "metadata", "uid")),) if found else ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError for a cluster on which something depends."""
        ref = self.deployment
        before = existing_deployment(scene, ref)
        unknown = [one for one in self.accept if one not in _WORDS]
        if unknown:
            raise InvalidInputError(
                f"{unknown[0][:80]!r} is nothing to accept", hint=f"there are {', '.join(_WORDS)}"
            )
        found = dependents(elsewhere(scene, self.ref)) if self.ref in scene.live else []
        left = [one for one in found if one.word not in self.accept]
        if left:
            words = ", ".join(f'"{one}"' for one in (*self.accept, *(one.word for one in left)))
            raise RefusedError(
                f"with {ref} would go: {'; '.join(one.line() for one in left)}",
                hint=f"take away what is still needed; else accept it: accept=[{words}]",
            )
        uid = text(before, "metadata", "uid")
        machines = estate_of(scene.around).of(MACHINE, scene.live.get(self.ref, {}))
        check = gone(ref, uid)
        return (
            Step(
                say=f"delete {ref} with {len(machines)} machines",
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
                    Check(
                        check.say,
                        check.ref,
                        check.judge,
                        seconds=_SECONDS + _SECONDS_EACH * len(machines),
                    ),
                ),
                irreversible="a cluster does not come back, nor what was on it",
                at_stake=Risk.HIGH,
                risks=tuple((Risk.HIGH, one.line()) for one in found),
                notes=_notes(before),
                rests_on=[[one.word, *one.refs] for one in found if one.bound],
            ),
        )


def _notes(before: Manifest) -> tuple[str, ...]:
    services = [spelled(named(one)) for one in services_of(before)]
    return (f"its services go: {', '.join(services)}",) if services else ()
