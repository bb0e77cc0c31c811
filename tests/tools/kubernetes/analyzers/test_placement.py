"""The scheduler's rules as far as diagnosis repeats them: what fits, what selects, what repels."""

import pytest

from clusterwright.tools.kubernetes.analyzers.capacity import requested
from clusterwright.tools.kubernetes.analyzers.node_match import (
    repelling,
    selects,
    tolerating,
    unmet,
    untolerated,
)
from clusterwright.tools.manifest import Json, Manifest

GPU = "nvidia.com/gpu"


def asking(restart: str = "", **requests: str) -> Manifest:
    found: Manifest = {"resources": {"requests": {**requests}}}
    return {**found, "restartPolicy": restart} if restart else found


def reserved(**spec: Json) -> dict[str, float]:
    return requested({"spec": spec})


def test_containers_add_up_and_a_pod_takes_one_place() -> None:
    asked = reserved(containers=[asking(cpu="500m"), asking(cpu="1", memory="1Ki")])
    assert asked == {"cpu": 1.5, "memory": 1024, "pods": 1}


def test_a_limit_without_a_request_is_the_request() -> None:
    assert reserved(containers=[{"resources": {"limits": {GPU: "4"}}}]) == {GPU: 4, "pods": 1}


def test_an_init_container_counts_only_beyond_what_runs_later() -> None:
    small = reserved(initContainers=[asking(cpu="1")], containers=[asking(cpu="2")])
    large = reserved(initContainers=[asking(cpu="3", memory="1")], containers=[asking(cpu="2")])
    assert (small["cpu"], large["cpu"], large["memory"]) == (2, 3, 1)


def test_a_sidecar_runs_beside_containers_and_beside_what_starts_after_it() -> None:
    sidecar, starting = asking("Always", cpu="1"), asking(cpu="4")
    running = [asking(cpu="2")]
    assert reserved(initContainers=[sidecar], containers=running)["cpu"] == 3
    assert reserved(initContainers=[sidecar, starting], containers=running)["cpu"] == 5
    assert reserved(initContainers=[starting, sidecar], containers=running)["cpu"] == 4


def test_what_the_pod_requests_takes_the_place_of_its_containers() -> None:
    pod: Manifest = {"requests": {"cpu": "1"}, "limits": {"cpu": "8", "memory": "2"}}
    asked = reserved(resources=pod, containers=[asking(cpu="6", memory="1", **{GPU: "1"})])
    assert asked == {"cpu": 1, "memory": 2, GPU: 1, "pods": 1}


def test_overhead_comes_on_top() -> None:
    asked = reserved(overhead={"cpu": "250m"}, resources=asking(cpu="1")["resources"])
    assert asked["cpu"] == 1.25


NODE: Manifest = {
    "metadata": {"name": "gpu-1", "labels": {"zone": "a", "gpus": "8", "spot": ""}},
}


def affine(*terms: Manifest) -> Manifest:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [*terms]}}
    return {"spec": {"affinity": {"nodeAffinity": required}}}


def expression(key: str, operator: str, *values: str) -> Manifest:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": [*values]}]}


@pytest.mark.parametrize(
    ("term", "matches"),
    [
        (expression("zone", "In", "a", "b"), True),
        (expression("zone", "In", "b"), False),
        (expression("zone", "NotIn", "b"), True),
        (expression("rack", "NotIn", "b"), True),
        (expression("spot", "Exists"), True),
        (expression("rack", "Exists"), False),
        (expression("rack", "DoesNotExist"), True),
        (expression("spot", "DoesNotExist"), False),
        (expression("gpus", "Gt", "4"), True),
        (expression("gpus", "Lt", "8"), False),
        (expression("zone", "Gt", "4"), False),
        (expression("gpus", "Gt"), False),
        (expression("zone", "Near", "a"), False),
        ({}, False),
        ({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["gpu-1"]}]}, True),
        ({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["gpu-2"]}]}, False),
    ],
)
def test_required_affinity_reads_every_operator(term: Manifest, matches: bool) -> None:
    assert selects(affine(term), NODE) is matches


def test_one_matching_term_is_enough_and_the_selector_counts_as_well() -> None:
    either = affine(expression("zone", "In", "b"), expression("zone", "In", "a"))
    assert selects(either, NODE)
    assert selects({"spec": {"nodeSelector": {"zone": "a"}}}, NODE)
    assert not selects({"spec": {"nodeSelector": {"zone": "a", "rack": "1"}}}, NODE)


def test_the_expression_that_no_node_meets_is_named() -> None:
    both = expression("zone", "In", "a")["matchExpressions"]
    wrong = expression("zone", "In", "c")["matchExpressions"]
    assert isinstance(both, list)
    assert isinstance(wrong, list)
    assert unmet({"matchExpressions": [*both, *wrong]}, [NODE]) == wrong[0]
    assert unmet({"matchExpressions": both}, [NODE]) == {}


@pytest.mark.parametrize(
    ("toleration", "tolerated"),
    [
        ({"operator": "Exists"}, True),
        ({"key": "sla", "operator": "Exists"}, True),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "sla", "value": "95"}, True),
        ({"key": "sla", "operator": "Equal", "value": "99"}, False),
        ({"key": "sla", "operator": "Gt", "value": "90"}, True),
        ({"key": "sla", "operator": "Gt", "value": "95"}, False),
        ({"key": "sla", "operator": "Lt", "value": "99"}, True),
        ({"key": "sla", "operator": "Lt", "value": "high"}, False),
        ({"key": "sla", "operator": "Near", "value": "95"}, False),
        ({"key": "sla", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "sla", "operator": "Exists", "effect": "NoSchedule"}, True),
    ],
)
def test_a_toleration_is_read_as_the_scheduler_reads_it(
    toleration: Manifest, tolerated: bool
) -> None:
    taint: Manifest = {"key": "sla", "value": "95", "effect": "NoSchedule"}
    node: Manifest = {"spec": {"taints": [taint]}}
    pod: Manifest = {"spec": {"tolerations": [toleration]}}
    assert repelling(pod, node) == ([] if tolerated else ["sla=95:NoSchedule"])


def test_a_cordoned_node_repels_and_a_mere_preference_does_not() -> None:
    prefers: Manifest = {"key": "slow", "effect": "PreferNoSchedule"}
    node: Manifest = {"spec": {"unschedulable": True, "taints": [prefers]}}
    assert repelling({}, node) == ["node.kubernetes.io/unschedulable:NoSchedule"]


def test_of_one_key_only_the_effects_that_are_not_tolerated_are_to_be() -> None:
    taints: list[Json] = [
        {"key": "team", "value": "ml", "effect": "NoSchedule"},
        {"key": "team", "effect": "NoExecute"},
        {"key": "team", "effect": "PreferNoSchedule"},
    ]
    borne = {"key": "team", "operator": "Exists", "effect": "NoExecute"}
    pod: Manifest = {"spec": {"tolerations": [borne]}}
    node: Manifest = {"spec": {"taints": taints}}
    [taint] = untolerated(pod, node)
    added = tolerating(taint)
    assert added == {"key": "team", "operator": "Equal", "value": "ml", "effect": "NoSchedule"}
    assert untolerated({"spec": {"tolerations": [borne, added]}}, node) == []
    assert tolerating(taints[1]) == borne
