"""What is told of machines that are replaced, in a plan that somebody has to read."""

import pytest

from clusterwright.tools.cluster_api.changes.pools import pool_named, pools_of
from clusterwright.tools.cluster_api.changes.rollout import rollout, wave_of
from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    LOST,
    MACHINES,
    bare,
    machine,
    made,
    node,
    pod,
    pool,
    running,
    snapshot,
)


def estate(*objects: Manifest) -> Estate:
    return Estate(snapshot("test", [bare(), *objects]))


def gpu(*machines: Manifest, **spec: Json) -> Estate:
    return estate(pool(spec=spec), *(machines or MACHINES))


@pytest.mark.parametrize(
    ("spec", "how"),
    [
        ({}, "up to 1 more at a time (maxSurge 1, maxUnavailable 0)"),
        (
            {"rollout": {"strategy": {"rollingUpdate": {"maxSurge": "100%"}}}},
            "up to 2 more at a time (maxSurge 2, maxUnavailable 0)",
        ),
        (
            {"rollout": {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}}}},
            "1 fewer at a time (maxSurge 0, maxUnavailable 1)",
        ),
        (
            {"strategy": {"rollingUpdate": {"maxSurge": "3"}}},  # of the API v1beta1
            "up to 3 more at a time (maxSurge 3, maxUnavailable 0)",
        ),
        (
            {"rollout": {"strategy": {"type": "OnDelete"}}},
            "each only once somebody deletes it (strategy OnDelete)",
        ),
    ],
)
def test_a_strategy_is_told_with_its_numbers(spec: Json, how: str) -> None:
    found = gpu(**spec)
    assert wave_of(pool_named(found, bare(), "train-gpu")).how() == how


def test_fewer_machines_meanwhile_are_told_as_capacity() -> None:
    rolling = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    found = gpu(rollout={"strategy": rolling})
    told = rollout([wave_of(one) for one in pools_of(found, bare())], running(node("node-m-1")))
    assert "1 of 2 serve meanwhile; 0 of 1 GPUs in use" in told.notes[1]
    assert told.turns == 2


def test_a_budget_that_would_hold_the_drain_is_named_with_how_long() -> None:
    budget: Manifest = {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "api", "namespace": "ml"},
        "spec": {"selector": {"matchLabels": {"app": "api"}}},
        "status": {"disruptionsAllowed": 0},
    }
    patient = machine("m-1")
    patient["spec"]["deletion"] = {"nodeDrainTimeoutSeconds": 60}
    on = running(node("node-m-1"), budget, pod("a", "node-m-1", app="api"))
    for machines, limit in (((patient,), "at most 60 s"), ((machine("m-1"),), "without a limit")):
        found = gpu(*machines)
        told = rollout([wave_of(one) for one in pools_of(found, bare())], on)
        assert f"the drain of node node-m-1 waits for it, {limit}" in told.notes[-1]
        assert (Risk.HIGH, "a disruption budget holds the rollout up") in told.risks


def test_a_pod_that_nothing_replaces_is_named() -> None:
    found = gpu()
    on = running(node("node-m-1"), pod("a", "node-m-1", owned=False))
    told = rollout([wave_of(one) for one in pools_of(found, bare())], on)
    assert "no controller replaces ml/a" in told.notes
    assert (Risk.HIGH, "pods that nothing replaces are lost") in told.risks


def test_a_cluster_that_cannot_be_read_is_not_passed_over_in_silence() -> None:
    found = gpu()
    told = rollout([wave_of(one) for one in pools_of(found, bare())], LOST)
    assert told.notes[-1] == "what runs on them could not be read: it did not answer"
    assert told.risks == (
        (Risk.HIGH, "2 machines are replaced, and what runs on them is not known"),
    )


def test_of_very_many_machines_a_plan_says_how_many_more_there_are() -> None:
    objects: list[Manifest] = []
    nodes: list[Manifest] = []
    for number in range(40):
        name = f"p{number:02}"
        objects.append(pool(name))
        own = [machine(f"{name}-{n:03}", name) for n in range(50)]
        objects += own
        nodes += [node(f"node-{name}-{n:03}") for n in range(50)]
        nodes += [pod(f"x{name}{n}", f"node-{name}-{n:03}", gpus=1) for n in range(50)]
    found = estate(*objects)
    told = rollout([wave_of(one) for one in pools_of(found, bare())], running(*nodes))
    assert sum(len(one.encode()) for one in told.notes) < 8_000
    assert "and 42 more machines of pool train-p00 with 42 pods" in told.notes
    assert told.notes[-1] == "and 35 more pools: 1750 machines, 1750 pods"
    assert told.risks[0] == (Risk.HIGH, "2000 machines are replaced; 2000 pods on them must move")


def test_a_machine_pool_without_machines_is_replaced_by_its_provider() -> None:
    spec: Json = {"replicas": 5, "template": {"spec": {}}}
    named = [{"name": "node-m-1"}, {"name": "node-m-2"}]
    found = estate(made("MachinePool", "many", spec, {"replicas": 5, "nodeRefs": named}))
    told = rollout([wave_of(one) for one in pools_of(found, bare())], running(pod("a", "node-m-1")))
    assert told.notes[0] == "machines are replaced: pool many"
    assert "5 machines, as its provider replaces them; how many serve meanwhile" in told.notes[1]
    assert "node-m-1 (node node-m-1): 1 pod: ml/a" in told.notes
    assert "3 of them have neither a Machine nor a node that is named here" in told.notes
    assert told.risks[0] == (
        Risk.HIGH,
        "5 machines are replaced, and what runs on 3 of them is not known",
    )


def test_machines_that_are_replaced_by_hand_are_at_no_risk_yet() -> None:
    found = gpu(rollout={"strategy": {"type": "OnDelete"}})
    told = rollout([wave_of(one) for one in pools_of(found, bare())], running(pod("a", "node-m-1")))
    assert told.risks == (
        (Risk.LOW, "no machine is replaced until somebody deletes it (strategy OnDelete)"),
    )
    assert told.turns == 0
