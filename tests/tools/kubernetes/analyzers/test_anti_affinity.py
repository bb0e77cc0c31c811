"""Pods that must keep away from their like."""

from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.analyzers.cluster import conclude, make, pod, running

HOST = "kubernetes.io/hostname"
SAID = "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."


def nodes(*names: str, zone: str = "a") -> list[Manifest]:
    labels = {"topology.kubernetes.io/zone": zone}
    return [
        make(
            "Node",
            name,
            namespace="",
            metadata={"labels": {**labels, HOST: name}},
            status={"conditions": [{"type": "Ready", "status": "True"}], "allocatable": ROOM},
        )
        for name in names
    ]


ROOM = {"cpu": "8", "memory": "32Gi", "pods": "110"}


def member(name: str, node: str = "", *, key: str = HOST, said: str = SAID) -> Manifest:
    term = {"topologyKey": key, "labelSelector": {"matchLabels": {"app": "cart"}}}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    spec: Manifest = {"affinity": {"podAntiAffinity": required}}
    metadata = {"labels": {"app": "cart"}}
    if node:
        placed = {**spec, "nodeName": node}
        return pod(running(), name=name, ready=True, spec=placed, metadata=metadata)
    refused = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": said,
    }
    status = {"conditions": [refused]}
    return pod(name=name, phase="Pending", spec=spec, status=status, metadata=metadata)


def codes(*objects: Manifest) -> list[str]:
    return [one.code for one in conclude(*objects)]


def test_a_node_for_each_and_none_left_is_told_with_how_many_there_are() -> None:
    there = [*nodes("n1", "n2"), member("c1", "n1"), member("c2", "n2")]
    (finding,) = conclude(*there, member("c3"))
    assert finding.code == "pod/anti-affinity-unmet"
    assert finding.title == (
        "Pods that must not share a node are on every node that fits: there are 2"
    )
    assert isinstance(finding.evidence[0], FieldEvidence)
    assert finding.evidence[0].value == HOST


def test_a_zone_is_named_as_its_label_is() -> None:
    zone = "topology.kubernetes.io/zone"
    (finding,) = conclude(*nodes("n1", "n2"), member("c1", "n1"), member("c3", key=zone))
    assert zone in finding.title
    assert "there is 1" in finding.title


def test_while_a_domain_is_free_another_reason_is_looked_for() -> None:
    there = [*nodes("n1", "n2"), member("c1", "n1")]
    assert codes(*there, member("c3")) == ["pod/unschedulable"]


def test_what_the_scheduler_does_not_say_is_not_concluded() -> None:
    there = [*nodes("n1"), member("c1", "n1")]
    other = "0/1 nodes are available: 1 node(s) didn't have free ports."
    assert codes(*there, member("c3", said=other)) == ["pod/unschedulable"]
