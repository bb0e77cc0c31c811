"""In which order root causes are repaired."""

import random

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause, Symptom
from clusterwright.agents.remediate.order import in_order, layer
from clusterwright.tools.finding import Edge, Finding, Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding


def roots(*findings: Finding) -> list[RootCause]:
    return list(correlate([answered(*findings)]).root_causes)


def subjects(found: list[RootCause]) -> list[str]:
    return [str(one.subject) for one in found]


def test_what_is_nearer_to_the_ground_comes_first() -> None:
    kinds = ("MachineDeployment.cluster.x-k8s.io/d/p", "Node/n1", "ResourceQuota/shop/q")
    above = ("HelmRelease/shop/cart", "Deployment/shop/cart", "Service/shop/cart", "Alert/Down")
    layers = [layer(Ref.parse(one)) for one in (*kinds, *above)]
    assert layers == [0, 0, 1, 2, 3, 4, 5]


def test_a_quota_comes_before_the_workload_that_a_diagnosis_ranks_higher() -> None:
    found = roots(
        finding("pod/crash-loop", "Deployment/shop/cart", severity=Severity.CRITICAL),
        finding("pvc/full", "PersistentVolumeClaim/shop/data"),
        finding("node/not-ready", "Node/n1"),
    )
    assert subjects(found)[0] == "Deployment/shop/cart"
    assert subjects(in_order(found)) == [
        "Node/n1",
        "PersistentVolumeClaim/shop/data",
        "Deployment/shop/cart",
    ]


def test_a_root_whose_symptoms_are_on_the_objects_of_another_comes_before_it() -> None:
    claim = edge("Deployment/shop/cart", Edge.MOUNTS, "PersistentVolumeClaim/shop/data")
    symptom = finding("workload/unavailable", "Deployment/shop/cart", relations=(claim,))
    own = finding("service/target-port-mismatch", "Service/shop/cart")
    cause = finding("pvc/storage-class-missing", "PersistentVolumeClaim/shop/data")
    other = finding("pod/configmap-missing", "Deployment/shop/cart")
    found = roots(symptom, own, cause, other)
    ordered = in_order(found)
    assert subjects(ordered) == [
        "PersistentVolumeClaim/shop/data",
        "Deployment/shop/cart",
        "Service/shop/cart",
    ]
    assert any(one.symptoms for one in ordered[:1])


def test_the_order_does_not_depend_on_chance_but_on_the_rank() -> None:
    found = roots(*(finding("pod/crash-loop", f"Deployment/shop/d{i}") for i in range(6)))
    assert in_order(found) == found
    mixed = random.Random(7).sample(found, len(found))
    assert in_order(mixed) == mixed


def test_nothing_and_one_are_in_order() -> None:
    [one] = roots(finding("pod/crash-loop", "Deployment/shop/cart"))
    assert in_order([]) == []
    assert in_order([one]) == [one]


def test_a_long_row_of_roots_that_each_rest_on_the_next_is_turned_around() -> None:
    [one] = roots(finding("pod/crash-loop", "Deployment/shop/cart"))
    symptom = Symptom(
        code="workload/unavailable", severity=one.severity, subject=one.subject, title="x"
    )

    def link(number: int) -> RootCause:
        """Return a root with a symptom on the one before it."""
        before = symptom.model_copy(update={"subject": Ref.parse(f"Deployment/shop/d{number - 1}")})
        subject = Ref.parse(f"Deployment/shop/d{number}")
        return one.model_copy(update={"subject": subject, "symptoms": (before,)})

    row = [link(number) for number in range(1, 3_000)]
    assert in_order(row) == row[::-1]


def test_two_that_would_each_come_first_are_ordered_by_their_layer() -> None:
    service, cart = roots(
        finding("service/target-port-mismatch", "Service/shop/cart"),
        finding("pod/crash-loop", "Deployment/shop/cart"),
    )
    on_service = Symptom(
        code="x/y", severity=cart.severity, subject=Ref.parse("Service/shop/cart"), title="x"
    )
    on_cart = on_service.model_copy(update={"subject": Ref.parse("Deployment/shop/cart")})
    found = [one.model_copy(update={"symptoms": (on_service, on_cart)}) for one in (service, cart)]
    assert subjects(in_order(found)) == ["Deployment/shop/cart", "Service/shop/cart"]
