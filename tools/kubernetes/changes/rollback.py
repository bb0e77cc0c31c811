"""Go back to an earlier revision of a workload's pod template, as `kubectl rollout undo`."""

from dataclasses import replace
from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.manifest import Manifest, items, mapping, number, text
from clusterwright.tools.snapshot import Snapshot

REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
KINDS = ("Deployment", "StatefulSet", "DaemonSet")


class Rollback(ObjectChange):
    """Return to a revision; left out, the one before."""

    kind: ClassVar[str] = "rollback"
    around: ClassVar[tuple[str, ...]] = (*AROUND, "ControllerRevision")
    revision: int | None = Field(default=None, ge=1)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of the pod template."""
        before = existing(scene, self.object)
        if self.object.kind not in KINDS or self.object.group:
            raise InvalidInputError(
                f"{self.object} has no revisions", hint=f"roll back a {', '.join(KINDS)}"
            )
        past = revisions(before, scene.around)
        current = max(past, default=0)
        chosen = self.revision or max((one for one in past if one < current), default=0)
        if chosen not in past:
            raise NotFoundError(
                f"{self.object} has no {f'revision {chosen}' if chosen else 'earlier revision'}",
                hint=f"kept are {', '.join(map(str, sorted(past))) or 'none'}",
            )
        template = past[chosen]
        wanted = cast("Manifest", put(before, ("spec", "template"), template))
        found = patched(self.object, before, wanted)
        if found is None:
            return ()
        return (replace(found, say=f"roll {self.object} back to revision {chosen}"),)


def revisions(workload: Manifest, around: Snapshot) -> dict[int, Manifest]:
    """Return the pod templates of a workload's kept revisions by number."""
    uid, found = text(workload, "metadata", "uid"), dict[int, Manifest]()
    for one in around.of_kind("ReplicaSet"):
        told = text(one, "metadata", "annotations", REVISION)
        if _owned(one, uid) and told.isdecimal():
            path = ("metadata", "labels", _HASH)
            found[int(told)] = cast(
                "Manifest", put(mapping(one, "spec", "template"), path, MISSING)
            )
    for one in around.of_kind("ControllerRevision"):
        template = mapping(one, "data", "spec", "template")
        if _owned(one, uid) and template:
            found[number(one, "revision")] = {k: v for k, v in template.items() if k != "$patch"}
    return found


def _owned(manifest: Manifest, uid: str) -> bool:
    owners = items(manifest, "metadata", "ownerReferences")
    return any(text(one, "uid") == uid for one in owners)
