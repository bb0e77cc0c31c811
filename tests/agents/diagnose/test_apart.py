"""What is broken for reasons of its own stays a root of its own, however near it is to another."""

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.tools.finding import Edge, Finding, Relation
from tests.agents.found import answered, edge, finding

NODE = "Node/worker-1"
CART, PAY = "Deployment/shop/cart", "Deployment/shop/pay"
LOST = finding("node/not-ready", NODE, relations=(edge("Pod/shop/cart-1", Edge.RUNS_ON, NODE),))


def roots(*findings: Finding, relations: tuple[Relation, ...] = ()) -> dict[str, list[str]]:
    """The subjects of root causes, each with its symptoms' and its circle's codes."""
    found = correlate([answered(*findings, relations=relations)]).root_causes
    return {
        f"{one.code} {one.subject}": sorted(s.code for s in (*one.symptoms, *one.circle))
        for one in found
    }


def test_two_workloads_of_one_namespace_that_are_broken_differently() -> None:
    image = finding("pod/image-not-found", CART, members=["Pod/shop/cart-1"])
    crash = finding("pod/crash-loop", PAY, members=["Pod/shop/pay-1"])
    services = tuple(
        finding(
            "service/no-ready-endpoints",
            f"Service/shop/{name}",
            relations=(edge(f"Service/shop/{name}", Edge.SELECTS, f"Deployment/shop/{name}"),),
        )
        for name in ("cart", "pay")
    )
    assert roots(image, crash, *services) == {
        f"pod/image-not-found {CART}": ["service/no-ready-endpoints"],
        f"pod/crash-loop {PAY}": ["service/no-ready-endpoints"],
    }


def test_two_workloads_that_one_operator_owns() -> None:
    """Above them is their operator's object, which neither is about."""
    operand = "Estate.example.com/shop/main"
    owned = tuple(edge(one, Edge.OWNED_BY, operand) for one in (CART, PAY))
    crash, down = finding("pod/crash-loop", CART), finding("workload/unavailable", PAY)
    assert roots(crash, down, relations=owned) == {
        f"pod/crash-loop {CART}": [],
        f"workload/unavailable {PAY}": [],
    }


def test_machines_of_two_pools_of_one_cluster() -> None:
    cluster = "Cluster.cluster.x-k8s.io/fleet/c"
    plane = "KubeadmControlPlane.controlplane.cluster.x-k8s.io/fleet/c"
    worker, own = "Machine.cluster.x-k8s.io/fleet/w-1", "Machine.cluster.x-k8s.io/fleet/cp-1"
    owned = (
        edge(worker, Edge.OWNED_BY, cluster),
        edge(plane, Edge.OWNED_BY, cluster),
        edge(own, Edge.OWNED_BY, plane),
    )
    etcd = finding("controlplane/etcd-unhealthy", plane)
    of_worker = finding("machine/node-unhealthy", worker)
    assert len(roots(etcd, of_worker, relations=owned)) == 2
    of_own = finding("machine/node-unhealthy", own)
    assert roots(etcd, of_own, relations=owned) == {
        f"machine/node-unhealthy {own}": ["controlplane/etcd-unhealthy"]
    }


def test_two_containers_of_one_pod_that_fail_for_different_reasons() -> None:
    crash = finding("pod/crash-loop", CART, title="app")
    unready = finding("pod/readiness-probe-failing", CART, title="proxy")
    assert len(roots(crash, unready)) == 2


def test_a_lost_node_and_an_image_that_does_not_exist_elsewhere() -> None:
    image = finding("pod/image-not-found", PAY, members=["Pod/shop/pay-1"])
    assert roots(LOST, image) == {f"node/not-ready {NODE}": [], f"pod/image-not-found {PAY}": []}


def test_an_image_that_does_not_exist_on_a_node_that_is_lost() -> None:
    """The node's return would not pull it."""
    image = finding("pod/image-not-found", CART, members=["Pod/shop/cart-1"])
    found = roots(LOST, image)
    assert found == {f"node/not-ready {NODE}": [], f"pod/image-not-found {CART}": []}
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/cart",
        relations=(
            edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),
            edge("Pod/shop/cart-1", Edge.OWNED_BY, CART),
        ),
    )
    told = ["service/no-ready-endpoints"]
    assert roots(LOST, image, service) == {
        f"node/not-ready {NODE}": told,
        f"pod/image-not-found {CART}": told,
    }


def test_an_alert_is_about_its_own_objects_of_a_namespace() -> None:
    crash, other = finding("pod/crash-loop", CART), finding("pod/image-not-found", PAY)
    alert = finding("alert/firing", "Alert/Down", relations=(edge("Alert/Down", Edge.ABOUT, CART),))
    assert roots(crash, other, alert) == {
        f"pod/crash-loop {CART}": ["alert/firing"],
        f"pod/image-not-found {PAY}": [],
    }


def test_an_alert_about_a_namespace_is_no_symptom_of_all_that_is_in_it() -> None:
    crash = finding("pod/crash-loop", CART)
    about = (edge("Alert/Quota", Edge.ABOUT, "Namespace/shop"),)
    alert = finding("alert/pressure", "Alert/Quota", relations=about)
    assert len(roots(crash, alert)) == 2


def test_a_pod_that_waits_for_cpu_while_a_node_is_lost() -> None:
    """That the lost node would have had room is a guess."""
    waits = finding("pod/insufficient-resource", PAY)
    assert len(roots(LOST, waits)) == 2
