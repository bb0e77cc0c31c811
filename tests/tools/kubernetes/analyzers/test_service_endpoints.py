from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.kubernetes.analyzers.service_endpoints import SERVICE_ENDPOINTS
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, make, only, owned, pod, running

ONLY = (SERVICE_ENDPOINTS,)


def service(**spec: Json) -> Manifest:
    return make("Service", "cart", spec={"selector": {"app": "cart"}, **spec})


def backend(name: str, *, ready: bool, since: float = 120, **rest: Json) -> Manifest:
    state = {
        "type": "Ready",
        "status": "True" if ready else "False",
        "reason": "" if ready else "ContainersNotReady",
        "lastTransitionTime": ago(since),
    }
    metadata = {"labels": {"app": "cart"}, **rest.pop("metadata", {})}
    return pod(
        running(), name=name, ready=ready, status={"conditions": [state]}, metadata=metadata, **rest
    )


def test_a_service_without_a_ready_pod_is_tied_to_the_workload_of_its_pods() -> None:
    deployment = make("Deployment", "cart", api="apps/v1")
    replicas = owned(make("ReplicaSet", "cart-1", api="apps/v1"), deployment)
    pods = [owned(backend(name, ready=False), replicas) for name in ("a", "b")]
    finding = only(conclude(service(), deployment, replicas, *pods, analyzers=ONLY))
    assert finding.code == "service/no-ready-endpoints"
    assert finding.title == "No endpoint is ready: none of its 2 pods is ready"
    assert finding.relations == (
        Relation(
            source=Ref("Service", "cart", "shop"),
            edge=Edge.SELECTS,
            target=Ref("Deployment", "cart", "shop"),
        ),
    )


def test_one_ready_pod_is_enough() -> None:
    pods = backend("a", ready=True), backend("b", ready=False)
    assert conclude(service(), *pods, analyzers=ONLY) == []


def test_pods_that_are_just_starting_are_given_time() -> None:
    assert conclude(service(), backend("a", ready=False, since=10), analyzers=ONLY) == []


def test_pods_that_finished_or_leave_do_not_count() -> None:
    done = backend("a", ready=False, phase="Succeeded")
    leaving = backend("b", ready=False, metadata={"deletionTimestamp": ago(1)})
    assert conclude(service(), done, leaving, analyzers=ONLY) == []


def test_services_that_route_to_unready_pods_are_silent() -> None:
    broken = backend("a", ready=False)
    assert conclude(service(clusterIP="None"), broken, analyzers=ONLY) == []
    assert conclude(service(publishNotReadyAddresses=True), broken, analyzers=ONLY) == []
