import pytest

from clusterwright.tools.finding import Edge, Severity
from clusterwright.tools.kubernetes.analyzers.node import NODE
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, make, only, pod, running

STOPPED = "Kubelet stopped posting node status."


def node(
    name: str = "gpu-1",
    status: str = "Unknown",
    *,
    since: float = 300,
    reason: str = "NodeStatusUnknown",
    **metadata: Json,
) -> Manifest:
    ready = {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": STOPPED if status != "True" else "kubelet is posting ready status",
        "lastTransitionTime": ago(since),
    }
    return make("Node", name, namespace="", metadata=metadata, status={"conditions": [ready]})


@pytest.mark.parametrize("status", ["False", "Unknown"])
def test_a_node_that_is_not_ready_says_why(status: str) -> None:
    finding = only(conclude(node(status=status), node("gpu-2", "True"), analyzers=(NODE,)))
    assert (finding.code, finding.subject) == ("node/not-ready", Ref("Node", "gpu-1"))
    assert finding.title == f"Node is not ready: {STOPPED}"
    assert finding.severity is Severity.WARNING


def test_a_cluster_without_a_node_that_is_ready_is_critical() -> None:
    assert only(conclude(node(), analyzers=(NODE,))).severity is Severity.CRITICAL


def test_the_fix_depends_on_whether_the_kubelet_speaks() -> None:
    assert "machine gpu-1 runs" in only(conclude(node(), analyzers=(NODE,))).fixes[0]
    speaking = node(status="False", reason="KubeletNotReady")
    assert "what its kubelet names" in only(conclude(speaking, analyzers=(NODE,))).fixes[0]


def test_pods_that_are_cut_off_point_to_their_node() -> None:
    lost = pod(running(), spec={"nodeName": "gpu-1"})
    lost["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    (relation,) = only(conclude(node(), lost, analyzers=(NODE,))).relations
    assert (relation.source.name, relation.edge) == ("cart-1", Edge.RUNS_ON)


@pytest.mark.parametrize(
    "fine",
    [
        node(status="True"),
        node(since=30),
        node(deletionTimestamp=ago(5)),
        make("Node", "new", namespace=""),
    ],
)
def test_a_node_that_is_well_or_joins_or_leaves_is_silent(fine: Manifest) -> None:
    assert conclude(fine, analyzers=(NODE,)) == []


def test_a_node_that_is_ready_by_now_is_silent() -> None:
    ref = Ref("Node", "gpu-1")
    assert conclude(node(), analyzers=(NODE,), now={ref: node(status="True")}) == []
    assert conclude(node(), analyzers=(NODE,), now={ref: None}) == []
