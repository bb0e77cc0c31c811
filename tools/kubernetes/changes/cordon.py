"""Let a node take no new pods, or take them again."""

from typing import ClassVar, cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref


class Cordon(ObjectChange):
    """Mark a node unschedulable."""

    kind: ClassVar[str] = "cordon"
    around: ClassVar[tuple[str, ...]] = ("Pod",)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of spec.unschedulable."""
        return cordoned(self.object, existing(scene, self.object), unschedulable=True)


class Uncordon(ObjectChange):
    """Let a node take pods again."""

    kind: ClassVar[str] = "uncordon"
    around: ClassVar[tuple[str, ...]] = ("Pod",)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of spec.unschedulable."""
        return cordoned(self.object, existing(scene, self.object), unschedulable=False)


def cordoned(ref: Ref, node: Manifest, *, unschedulable: bool) -> tuple[Step, ...]:
    """Return the step that marks a node, none when it is so already."""
    if ref.kind != "Node" or ref.group:
        raise InvalidInputError(f"{ref} is no node", hint="name one as Node/gpu-1")
    value = True if unschedulable else MISSING
    wanted = cast("Manifest", put(node, ("spec", "unschedulable"), value))
    found = patched(ref, node, wanted)
    return (found,) if found else ()
