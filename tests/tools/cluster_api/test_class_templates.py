"""A class that refers to a template which does not exist, and one that is only a moment behind."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from clusterwright.tools.analyzer import Fulfilled, ReadRequest
from clusterwright.tools.cluster_api.analyzers.topology import TOPOLOGY
from clusterwright.tools.finding import AbsenceEvidence, Finding
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.objects import NOW

GROUP = "cluster.x-k8s.io"
BEHIND = "ClusterClass is not successfully reconciled: observedGeneration must be 1, but is 0"


def template(kind: str, name: str) -> Manifest:
    api = f"infrastructure.{GROUP}/v1beta2"
    return {"templateRef": {"apiVersion": api, "kind": kind, "name": name}}


CLASS: Manifest = {
    "apiVersion": f"{GROUP}/v1beta2",
    "kind": "ClusterClass",
    "metadata": {"name": "gpu", "namespace": "shop"},
    "spec": {
        "infrastructure": template("DevClusterTemplate", "gpu"),
        "workers": {
            "machineDeployments": [
                {"class": "worker", "infrastructure": template("DevMachineTemplate", "gpu-v2")}
            ]
        },
    },
}
WORKER = Ref("DevMachineTemplate", "gpu-v2", "shop", f"infrastructure.{GROUP}")


def cluster(since: datetime) -> Manifest:
    told = {
        "type": "TopologyReconciled",
        "status": "False",
        "reason": "ReconcileFailed",
        "message": BEHIND,
        "lastTransitionTime": since.astimezone(UTC).isoformat(),
    }
    return {
        "apiVersion": f"{GROUP}/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": "train", "namespace": "shop"},
        "spec": {"topology": {"classRef": {"name": "gpu"}}},
        "status": {"conditions": [told]},
    }


def concluded(
    since: datetime, objects: Mapping[ReadRequest, Manifest | None]
) -> list[Finding | None]:
    found = {f"Cluster.{GROUP}": (cluster(since),), f"ClusterClass.{GROUP}": (CLASS,)}
    suspicions = TOPOLOGY.detect(Snapshot(cluster="test", now=NOW, objects=found))
    refine = TOPOLOGY.refine
    return [refine(one, Fulfilled(objects=objects)) for one in suspicions]


def test_the_template_that_a_class_lacks_is_named_at_once() -> None:
    [found] = concluded(NOW, {ReadRequest(WORKER): None})
    assert found is not None
    assert found.code == "cluster/topology-failed"
    assert found.title == f"Its class refers to {WORKER}, which does not exist"
    assert found.evidence[0] == AbsenceEvidence(ref=WORKER)


def test_a_class_whose_templates_are_there_is_only_a_moment_behind() -> None:
    assert concluded(NOW, {ReadRequest(WORKER): {"kind": "DevMachineTemplate"}}) == [None]


def test_a_class_that_stays_behind_is_told_though_nothing_is_missing() -> None:
    [found] = concluded(NOW - timedelta(hours=1), {})
    assert found is not None
    assert "observedGeneration" in found.title


def test_a_class_of_a_namespace_that_was_not_asked_about_is_missed_where_a_topology_fails() -> None:
    elsewhere = cluster(NOW)
    elsewhere["spec"]["topology"]["classRef"]["namespace"] = "platform"
    [told] = elsewhere["status"]["conditions"]
    told["message"] = "failed to get ClusterClass platform/gpu"
    wanted = Ref("ClusterClass", "gpu", "platform", GROUP)
    found = {f"Cluster.{GROUP}": (elsewhere,), f"ClusterClass.{GROUP}": (CLASS,)}
    snapshot = Snapshot(cluster="test", now=NOW, objects=found, namespace="shop")
    [suspicion] = TOPOLOGY.detect(snapshot)
    assert suspicion.requests == (ReadRequest(wanted),)

    def concluded_from(answer: dict[ReadRequest, Manifest | None]) -> tuple[str, str]:
        finding = TOPOLOGY.refine(suspicion, Fulfilled(objects=answer))
        assert finding is not None
        return finding.code, finding.title

    missed = "cluster/class-missing", "Its ClusterClass platform/gpu does not exist"
    assert concluded_from({ReadRequest(wanted): None}) == missed
    assert concluded_from({ReadRequest(wanted): CLASS})[0] == "cluster/topology-failed"
    assert concluded_from({})[0] == "cluster/topology-failed"
