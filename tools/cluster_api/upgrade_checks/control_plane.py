"""Whether the control plane survives its members being replaced one by one."""

from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.phases.parts import replicas
from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import text
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

_NAME = "control plane"
_MEMBER = "EtcdMemberHealthy"


def quorum(scene: Scene) -> Check:
    """Return whether etcd keeps its quorum: all members healthy, before one is replaced.

    A KubeadmControlPlane replaces none while one is not (controlplane/kubeadm, preflight checks).
    """
    one, machines = scene.parts.control_plane, scene.parts.control_machines
    if one is None:
        return unknown(_NAME, "it was not read")
    etcd = condition_of(one, "EtcdClusterHealthy")
    members = [(m, condition_of(m, _MEMBER)) for m in machines]
    if etcd is None and not any(told for _, told in members):
        kind = text(one, "kind")
        return unknown(_NAME, f"a {kind} does not tell how its etcd is")
    sick = [Ref.of(m) for m, told in members if told is not None and told.status != "True"]
    if sick or (etcd is not None and etcd.status != "True"):
        why = f": {quoted(one_line(etcd.message, 200))}" if etcd and etcd.message else ""
        said = f"{len(sick)} of {len(machines)} members of etcd are not known to be healthy{why}"
        return check(_NAME, Status.BLOCK, said, [Ref.of(one), *sick], "repair etcd first")
    wanted = replicas(one, "spec", "replicas") or len(machines)
    if wanted == 1:
        said = "its only member is replaced, which may interrupt the API server for a moment"
        return check(_NAME, Status.WARN, said, [Ref.of(one)], "run three members")
    return passed(_NAME, f"all {len(machines)} members of etcd are healthy")
