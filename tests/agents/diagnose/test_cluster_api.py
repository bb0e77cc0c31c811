"""Which findings of Cluster API explain which, on conditions that the real controllers wrote."""

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.kubernetes.brief import brief
from tests.agents.found import answered, edge, finding
from tests.tools.cluster_api.captured import captured, later
from tests.tools.cluster_api.objects import examine

CORE = "cluster.x-k8s.io"


def outline(*findings: Finding) -> dict[str, list[str]]:
    roots = correlate([answered(*findings)]).root_causes
    return {root.code: [one.code for one in root.symptoms] for root in roots}


def of_capture(name: str) -> dict[str, list[str]]:
    """What is made of a capture's findings after they were cut to fit an answer."""
    return outline(*(brief(one) for one in examine(later(captured(name)))))


def test_a_budget_that_is_used_up_is_a_symptom_of_what_ails_the_machines() -> None:
    assert of_capture("nodes-not-ready") == {"machine/node-unhealthy": ["pool/remediation-blocked"]}


def test_a_remediation_that_is_refused_is_a_symptom_of_what_ails_the_machine() -> None:
    assert of_capture("single-replica") == {
        "machine/node-unhealthy": ["controlplane/remediation-blocked"]
    }
    assert of_capture("retries-used-up") == {
        "machine/node-unhealthy": ["controlplane/remediation-exhausted"]
    }


CLUSTER = f"Cluster.{CORE}/default/train"
NODE = finding(
    "machine/node-unhealthy",
    f"MachineDeployment.{CORE}/default/gpu",
    relations=(edge(f"MachineDeployment.{CORE}/default/gpu", Edge.OWNED_BY, CLUSTER),),
)


def test_nodes_without_a_network_plugin_are_explained_by_what_did_not_bring_it() -> None:
    cni = f"ClusterResourceSet.addons.{CORE}/default/cni"
    missing = finding("resourceset/not-applied", cni, members=[CLUSTER])
    assert outline(NODE, missing) == {"resourceset/not-applied": ["machine/node-unhealthy"]}
    elsewhere = finding("resourceset/not-applied", cni, members=[f"Cluster.{CORE}/default/another"])
    assert len(outline(NODE, elsewhere)) == 2


def test_a_cluster_that_does_not_answer_is_explained_by_its_control_plane() -> None:
    plane = f"KubeadmControlPlane.controlplane.{CORE}/default/train-cp"
    etcd = finding(
        "controlplane/etcd-unhealthy", plane, relations=(edge(plane, Edge.OWNED_BY, CLUSTER),)
    )
    lost = finding("cluster/unreachable", CLUSTER)
    assert outline(etcd, lost) == {"controlplane/etcd-unhealthy": ["cluster/unreachable"]}


def test_a_topology_that_fails_is_explained_by_the_variables_of_its_class() -> None:
    of = f"ClusterClass.{CORE}/default/gpu"
    failed = finding("cluster/topology-failed", CLUSTER, relations=(edge(CLUSTER, Edge.USES, of),))
    unknown = finding("class/variables-unknown", of)
    assert outline(failed, unknown) == {"class/variables-unknown": ["cluster/topology-failed"]}
