"""The way back of a node's fields, proven where the MIG layout of before was in force."""

from dataclasses import replace

from clusterwright.tools.gpu.changes.mig_proof import CONFIG, restored
from clusterwright.tools.kubernetes.changes.inverse import Restore
from clusterwright.tools.kubernetes.changes.kind import existing
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import labels_of, text


class RestoreNode(Restore):
    """Give fields their earlier values, and wait for the layout that was there."""

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the patch; its proof is that of the layout, where one comes back."""
        steps = super().steps(scene)
        layout = self._layout()
        live = existing(scene, self.object)
        if not layout or labels_of(live).get(CONFIG) == layout:
            return steps
        check = restored(self.object, layout, live)
        return tuple(replace(one, checks=(*one.checks, check)) for one in steps)

    def _layout(self) -> str:
        """Return the layout that was in force; empty where none was, or none comes back."""
        back = {str(one.get("before")) for one in self.fields if CONFIG in map(str, one["path"])}
        layout = text(self.known or {}, "layout")
        return layout if layout in back else ""
