"""More accelerators: no change of this cluster's objects, but of the machines that it runs on."""

from typing import ClassVar

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.gpu.changes.machine_of import more_machines
from clusterwright.tools.gpu.changes.node_change import NodeChange
from clusterwright.tools.kubernetes.changes.step import Scene, Step


class AddCapacity(NodeChange):
    """Have more nodes like one."""

    kind: ClassVar[str] = "add_capacity"
    around: ClassVar[tuple[str, ...]] = ("Pod", "Node", "DaemonSet")

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Raise RefusedError that names the change of Cluster API which brings machines."""
        _, node = self.gpus(scene)
        more = more_machines(node)
        if more:
            raise RefusedError(
                f"machines are made by Cluster API, not from here: {more}", hint=more
            )
        raise RefusedError(
            f"{self.ref} does not say that Cluster API made it, so that nothing here can make more",
            hint="add nodes where this one came from: a cloud's node group, or by hand",
        )
