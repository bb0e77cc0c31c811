"""Whether kubelets and control plane may run together on the way.

Rule: Kubernetes version skew policy. A kubelet is never newer than the API server, and at most
three minors older.
"""

from clusterwright.tools.cluster_api.upgrade_checks.allowed import hops
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status, check, passed
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.version import KUBELET_MINORS, Version
from clusterwright.tools.manifest import text
from clusterwright.tools.ref import Ref


def skew(scene: Scene) -> Check:
    """Return whether any node would be too old or too new for the first hop."""
    found = _kubelets(scene)
    if not found:
        return check("version skew", Status.NOT_CHECKED, "no node or Machine tells its version")
    first = next((one for one in map(Version.of, hops(scene)) if one), scene.goal)
    newer = [ref for ref, one in found if one.minor > scene.goal.minor]
    older = [ref for ref, one in found if first.minor - one.minor > KUBELET_MINORS]
    if newer:
        said = f"kubelets are newer than {scene.goal}, which an API server does not support"
        return check("version skew", Status.BLOCK, said, newer, "ask for a newer version")
    if older:
        said = f"kubelets are more than {KUBELET_MINORS} minors older than {first}"
        todo = "upgrade these nodes to the version of the control plane first"
        return check("version skew", Status.BLOCK, said, older, todo)
    versions = sorted({str(one) for _, one in found})
    return passed("version skew", f"kubelets of {', '.join(versions[:5])} may run with {first}")


def _kubelets(scene: Scene) -> list[tuple[Ref, Version]]:
    """Return the kubelets' versions as the nodes tell them, else as the Machines ask for them."""
    parts = scene.parts
    machines = [*parts.control_machines, *(m for p in parts.pools for m in p.machines)]
    spelled = [(Ref.of(one), text(one, "spec", "version")) for one in machines]
    if scene.workload is not None and scene.workload.of_kind("Node"):
        spelled = [
            (Ref.of(one), text(one, "status", "nodeInfo", "kubeletVersion"))
            for one in scene.workload.of_kind("Node")
        ]
    return [(ref, version) for ref, one in spelled if (version := Version.of(one))]
