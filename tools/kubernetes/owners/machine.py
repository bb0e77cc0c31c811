"""The Machine of Cluster API that became a node, by the annotations that it writes on the Node.

Source: cluster-api, api/core/v1beta2/common_types.go (`MachineAnnotation`, `OwnerKindAnnotation`).
"""

from dataclasses import dataclass

from clusterwright.tools.manifest import Manifest, strings
from clusterwright.tools.ref import Ref, checked

CAPI = "cluster.x-k8s.io"
MACHINE = f"{CAPI}/machine"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a node says about where it comes from: words of others, empty where it says nothing."""

    machine: str = ""
    cluster: str = ""
    namespace: str = ""
    owner_kind: str = ""
    owner: str = ""

    @property
    def ref(self) -> Ref | None:
        """The Machine, if these words name one."""
        return checked(Ref("Machine", self.machine, self.namespace, CAPI))


def origin_of(node: Manifest | None) -> Origin:
    """Return what a node says; no node says nothing."""
    marks = strings(node, "metadata", "annotations")
    keys = ("machine", "cluster-name", "cluster-namespace", "owner-kind", "owner-name")
    return Origin(*(marks.get(f"{CAPI}/{key}", "") for key in keys))
