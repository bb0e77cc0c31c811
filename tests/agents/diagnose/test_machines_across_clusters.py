"""What machines of a management cluster explain in workload clusters, and what explains them."""

from clusterwright.agents.diagnose.across import joined, named_elsewhere
from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding

CORE = "cluster.x-k8s.io"
GPU, CPU = (f"MachineDeployment.{CORE}/ml/{name}" for name in ("gpu", "cpu"))
MACHINE, OTHER = (f"Machine.{CORE}/ml/{name}" for name in ("gpu-1", "gpu-2"))
CLUSTER = f"Cluster.{CORE}/ml/train"
TRAIN, OWN = "capi:ml/train", "management"
OWNERS = (
    edge(MACHINE, Edge.OWNED_BY, GPU),
    edge(GPU, Edge.OWNED_BY, CLUSTER),
    edge(CPU, Edge.OWNED_BY, CLUSTER),
)
POD = finding("pod/insufficient-resource", "Deployment/ml/trainer", members=["Pod/ml/trainer-1"])
NOT_READY = finding("node/not-ready", "Node/gpu-1")


def across(source: str, kind: Edge, target: str, cluster: str = TRAIN) -> Relation:
    ref = Ref.parse(source)
    return Relation(source=ref, edge=kind, target=Ref.parse(target), source_cluster=cluster)


WAITS = across("Pod/ml/trainer-1", Edge.WAITS_FOR, GPU)
CAME_OF = across("Node/gpu-1", Edge.PROVISIONED_BY, MACHINE)
CAME_OF_OTHER = across("Node/gpu-2", Edge.PROVISIONED_BY, OTHER)


def outline(*answers: Answered, aliases: dict[str, str] | None = None) -> list[list[str]]:
    """Each root cause as `cluster code`, its symptoms behind it."""
    roots = correlate(joined(answers, aliases or {})).root_causes
    return [
        [
            f"{root.cluster} {root.code}",
            *(f"{s.cluster or root.cluster} {s.code}" for s in root.symptoms),
        ]
        for root in roots
    ]


def test_a_waiting_pod_is_a_symptom_of_what_keeps_the_machines_of_its_pool_away() -> None:
    lacks = finding("machine/no-capacity", GPU, members=[MACHINE])
    assert outline(
        answered(lacks, cluster=OWN, relations=(*OWNERS, WAITS)), answered(POD, cluster=TRAIN)
    ) == [[f"{OWN} machine/no-capacity", f"{TRAIN} pod/insufficient-resource"]]


def test_a_link_tells_the_way_from_the_pod_to_the_pool() -> None:
    lacks = finding("machine/no-capacity", GPU, members=[MACHINE])
    management = answered(lacks, cluster=OWN, relations=(*OWNERS, WAITS))
    (root,) = correlate(joined([management, answered(POD, cluster=TRAIN)], {})).root_causes
    (link,) = root.links
    assert link.path == ("Pod/ml/trainer-1", "waits-for", GPU)


def test_a_pod_is_no_symptom_of_another_pool_of_the_same_cluster() -> None:
    lacks = finding("machine/no-capacity", CPU, members=[f"Machine.{CORE}/ml/cpu-1"])
    fails = finding("machine/no-capacity", GPU, members=[MACHINE])
    found = outline(
        answered(lacks, fails, cluster=OWN, relations=(*OWNERS, WAITS)),
        answered(POD, cluster=TRAIN),
    )
    assert sorted(found) == [
        [f"{OWN} machine/no-capacity"],
        [f"{OWN} machine/no-capacity", f"{TRAIN} pod/insufficient-resource"],
    ]


def test_gpus_that_are_all_given_away_wait_for_the_pool_that_would_bring_more() -> None:
    lacks = finding("machine/no-capacity", GPU, members=[MACHINE])
    none = finding("gpu/none-free", "Deployment/ml/trainer", members=["Pod/ml/trainer-1"])
    limited = edge("Deployment/ml/trainer", Edge.LIMITED_BY, "Deployment/ml/trainer")
    assert outline(
        answered(lacks, cluster=OWN, relations=(*OWNERS, WAITS)),
        answered(POD, none, cluster=TRAIN, relations=(limited,)),
    ) == [
        [
            f"{OWN} machine/no-capacity",
            f"{TRAIN} gpu/none-free",
            f"{TRAIN} pod/insufficient-resource",
        ]
    ]


def test_what_fails_a_whole_cluster_fails_its_pools() -> None:
    quota = finding("cluster/quota-exceeded", CLUSTER, members=[MACHINE])
    assert outline(
        answered(quota, cluster=OWN, relations=(*OWNERS, WAITS)), answered(POD, cluster=TRAIN)
    ) == [[f"{OWN} cluster/quota-exceeded", f"{TRAIN} pod/insufficient-resource"]]


def test_a_pod_that_waits_for_no_pool_stays_apart() -> None:
    lacks = finding("machine/no-capacity", GPU, members=[MACHINE])
    found = outline(answered(lacks, cluster=OWN, relations=OWNERS), answered(POD, cluster=TRAIN))
    assert sorted(found) == [
        [f"{TRAIN} pod/insufficient-resource"],
        [f"{OWN} machine/no-capacity"],
    ]


def test_a_node_whose_instance_is_gone_is_a_symptom_of_that() -> None:
    gone = finding("machine/instance-gone", GPU, members=[MACHINE])
    assert outline(
        answered(gone, cluster=OWN, relations=(*OWNERS, CAME_OF)),
        answered(NOT_READY, cluster=TRAIN),
    ) == [[f"{OWN} machine/instance-gone", f"{TRAIN} node/not-ready"]]


def test_a_machine_is_as_healthy_as_its_node() -> None:
    sick = finding("machine/node-unhealthy", GPU, members=[MACHINE])
    blocked = finding(
        "pool/remediation-blocked",
        f"MachineHealthCheck.{CORE}/ml/gpu",
        relations=(edge(f"MachineHealthCheck.{CORE}/ml/gpu", Edge.SELECTS, MACHINE),),
    )
    assert outline(
        answered(sick, blocked, cluster=OWN, relations=(*OWNERS, CAME_OF)),
        answered(NOT_READY, cluster=TRAIN),
    ) == [
        [
            f"{TRAIN} node/not-ready",
            f"{OWN} machine/node-unhealthy",
            f"{OWN} pool/remediation-blocked",
        ]
    ]


def test_a_node_is_no_trouble_of_the_other_machines_of_its_pool() -> None:
    full = finding("machine/node-unhealthy", GPU, title="DiskPressure", members=[OTHER])
    sick = finding("machine/node-unhealthy", GPU, title="NotReady", members=[MACHINE])
    born = (*OWNERS, CAME_OF, CAME_OF_OTHER)
    management = answered(full, sick, cluster=OWN, relations=born)
    roots = correlate(joined([management, answered(NOT_READY, cluster=TRAIN)], {})).root_causes
    assert {root.title: [one.title for one in root.symptoms] for root in roots} == {
        NOT_READY.title: ["NotReady"],
        "DiskPressure": [],
    }


def test_a_node_is_no_symptom_of_what_another_machine_of_its_pool_has() -> None:
    gone = finding("machine/instance-gone", GPU, members=[MACHINE])
    sick = finding("machine/node-unhealthy", GPU, members=[OTHER])
    born = (*OWNERS, edge(OTHER, Edge.OWNED_BY, GPU), CAME_OF, CAME_OF_OTHER)
    found = outline(
        answered(gone, sick, cluster=OWN, relations=born),
        answered(finding("node/not-ready", "Node/gpu-2"), cluster=TRAIN),
    )
    assert sorted(found) == [
        [f"{TRAIN} node/not-ready", f"{OWN} machine/node-unhealthy"],
        [f"{OWN} machine/instance-gone"],
    ]


def test_a_machine_that_an_answer_leaves_out_is_as_healthy_as_its_node_too() -> None:
    owned = (edge(OTHER, Edge.OWNED_BY, GPU), edge(MACHINE, Edge.OWNED_BY, GPU))
    sick = finding("machine/node-unhealthy", GPU, members=[OTHER], relations=owned)
    management = answered(
        sick.model_copy(update={"more_members": 3}), cluster=OWN, relations=(*OWNERS, CAME_OF)
    )
    (root,) = correlate(joined([management, answered(NOT_READY, cluster=TRAIN)], {})).root_causes
    (symptom,) = root.symptoms
    assert (root.code, symptom.code) == ("node/not-ready", "machine/node-unhealthy")
    assert [str(one) for one in symptom.members] == [OTHER, MACHINE]
    assert symptom.more_members == 2
    assert root.links[0].path == (MACHINE, "about", "Node/gpu-1")


def test_what_ails_machines_of_many_clusters_is_no_trouble_of_the_node_of_one() -> None:
    """Told of a ClusterClass, it names the pool of the first machine only."""
    owned = edge(MACHINE, Edge.OWNED_BY, GPU)
    sick = finding(
        "machine/node-unhealthy",
        f"ClusterClass.{CORE}/ml/large",
        members=[CLUSTER],
        relations=(owned, edge(CLUSTER, Edge.USES, f"ClusterClass.{CORE}/ml/large")),
    )
    found = outline(
        answered(sick, cluster=OWN, relations=(*OWNERS, CAME_OF)),
        answered(NOT_READY, cluster=TRAIN),
    )
    assert len(found) == 2


def test_a_node_of_the_same_name_in_another_cluster_explains_nothing() -> None:
    sick = finding("machine/node-unhealthy", GPU, members=[MACHINE])
    found = outline(
        answered(sick, cluster=OWN, relations=(*OWNERS, CAME_OF)),
        answered(NOT_READY, cluster="capi:ml/another"),
        answered(cluster=TRAIN),
    )
    assert len(found) == 2


def test_a_workload_cluster_that_is_asked_by_another_name_is_the_same() -> None:
    sick = finding("machine/node-unhealthy", GPU, members=[MACHINE])
    management = answered(sick, cluster=OWN, relations=(*OWNERS, CAME_OF))
    named = answered(NOT_READY, cluster="train-admin")
    assert named_elsewhere([management, named]) == [TRAIN]
    assert outline(management, named, aliases={TRAIN: "train-admin"}) == [
        ["train-admin node/not-ready", f"{OWN} machine/node-unhealthy"]
    ]
