"""What changes of nodes go by: the ClusterPolicy that counts."""

from clusterwright.tools.gpu.changes.node_change import policy_of
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, Estate
from clusterwright.tools.manifest import Manifest, name_of
from tests.tools.kubernetes.analyzers.cluster import NOW


def policy(name: str, made: str, state: str) -> Manifest:
    return {
        "apiVersion": "nvidia.com/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": name, "creationTimestamp": made},
        "status": {"state": state},
    }


def test_a_policy_that_its_operator_ignores_decides_nothing_though_it_is_older() -> None:
    older = policy("older", "2026-01-01T00:00:00Z", "ignored")
    heeded = policy("heeded", "2026-02-01T00:00:00Z", "ready")
    estate = Estate("test", NOW, {CLUSTER_POLICY: [heeded, older]})
    assert name_of(policy_of(estate)) == "heeded"
    assert policy_of(Estate("test", NOW, {})) == {}
