"""Restart a workload: its pods are replaced one after the other, as `kubectl rollout restart`."""

from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND, TEMPLATED
from clusterwright.tools.manifest import Manifest, truth
from clusterwright.tools.trust.risk import Risk

ANNOTATION = "kubectl.kubernetes.io/restartedAt"
"""What kubectl writes for a restart (kubectl, polymorphichelpers/objectrestarter.go)."""


class Restart(ObjectChange):
    """Replace all pods of a workload."""

    kind: ClassVar[str] = "restart"
    around: ClassVar[tuple[str, ...]] = AROUND

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of the pod template's restartedAt."""
        before = existing(scene, self.object)
        if self.object.kind not in TEMPLATED or self.object.group:
            raise InvalidInputError(
                f"{self.object} cannot be restarted",
                hint=f"restart a {', '.join(TEMPLATED)}; a pod is evicted, a Job is rerun",
            )
        if truth(before, "spec", "paused"):
            raise InvalidInputError(
                f"the rollout of {self.object} is paused, so that nothing would restart",
                hint='resume it first: {"kind":"patch","set":{"spec.paused":null}}',
            )
        path = ("spec", "template", "metadata", "annotations", ANNOTATION)
        wanted = cast("Manifest", put(before, path, scene.stamp.isoformat(timespec="seconds")))
        found = patched(self.object, before, wanted)
        if found is None:
            return ()
        # An owner that takes the annotation back restarts once more, and nothing else is lost.
        return (
            replace(
                found,
                say=f"restart {self.object}",
                paths=(),
                irreversible="pods do not return",
                at_stake=Risk.LOW,
            ),
        )
