"""Set the number of replicas of a workload."""

from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.manifest import Manifest, dig


class Scale(ObjectChange):
    """Run so many replicas."""

    kind: ClassVar[str] = "scale"
    around: ClassVar[tuple[str, ...]] = AROUND
    replicas: int = Field(ge=0, le=100_000)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of spec.replicas."""
        before = existing(scene, self.object)
        if not isinstance(dig(before, "spec", "replicas"), int):
            raise InvalidInputError(
                f"{self.object} has no spec.replicas",
                hint="scale a Deployment, StatefulSet, ReplicaSet or a kind with replicas",
            )
        wanted = cast("Manifest", put(before, ("spec", "replicas"), self.replicas))
        found = patched(self.object, before, wanted)
        return (found,) if found else ()
