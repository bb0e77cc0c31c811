"""Which pools of a topology an annotation keeps from being upgraded."""

import pytest

from clusterwright.tools.cluster_api.held_pools import DEFER, HOLD_SEQUENCE, held_pools
from clusterwright.tools.cluster_api.upgrade_checks.check import Status
from clusterwright.tools.cluster_api.upgrade_checks.checking import checks
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.objects import cluster
from tests.tools.cluster_api.test_upgrade_checks import scene


def pool(name: str, *annotations: str) -> Manifest:
    return {"name": name, "metadata": {"annotations": dict.fromkeys(annotations, "")}}


def topology(**workers: Json) -> Manifest:
    return cluster(topology={"version": "v1.36.0", "workers": workers})


def test_a_deferred_pool_keeps_its_version_alone() -> None:
    one = topology(machineDeployments=[pool("a"), pool("b", DEFER), pool("c")])
    assert held_pools(one) == {"b": DEFER}


def test_a_pool_that_holds_the_sequence_keeps_its_version_and_so_do_all_after_it() -> None:
    pools = [pool("a"), pool("b", HOLD_SEQUENCE), pool("c"), pool("d", DEFER)]
    one = topology(machineDeployments=pools)
    assert held_pools(one) == {"b": HOLD_SEQUENCE, "c": HOLD_SEQUENCE, "d": DEFER}


def test_machine_pools_are_a_sequence_of_their_own() -> None:
    deployments = [pool("a", HOLD_SEQUENCE)]
    one = topology(machineDeployments=deployments, machinePools=[pool("a"), pool("m", DEFER)])
    assert held_pools(one) == {"a": HOLD_SEQUENCE, "m": DEFER}
    assert held_pools(one, ("machinePools",)) == {"m": DEFER}


@pytest.mark.parametrize(
    "odd", [{}, {"topology": 3}, {"topology": {"workers": {"machinePools": 1}}}]
)
def test_a_cluster_without_a_topology_holds_nothing(odd: Manifest) -> None:
    assert held_pools(cluster(**odd)) == {}


def deferred(**workers: Json) -> list[tuple[Status, str]]:
    one = scene()
    one.parts.cluster["spec"]["topology"]["workers"] = workers
    told = [each for each in checks(one) if each.name == "deferred pools"]
    return [(each.status, each.said) for each in told]


def test_the_checks_of_an_upgrade_name_every_pool_that_keeps_its_version() -> None:
    pools = [pool("a"), pool("b", HOLD_SEQUENCE), pool("c")]
    where = ", on it or on a pool before it"
    assert deferred(machineDeployments=pools) == [
        (Status.WARN, f"pools “b”, “c” keep their version: {HOLD_SEQUENCE}{where}"),
    ]
    assert deferred(machineDeployments=[pool("a", DEFER)], machinePools=pools) == [
        (Status.WARN, f"pool “a” keeps its version: {DEFER}"),
        (Status.WARN, f"pools “b”, “c” keep their version: {HOLD_SEQUENCE}{where}"),
    ]


def test_many_pools_that_an_annotation_holds_are_one_check() -> None:
    pools = [pool(f"pool-{n:03d}", DEFER) for n in range(200)]
    names = ", ".join(f"“pool-{n:03d}”" for n in range(10))
    assert deferred(machineDeployments=pools) == [
        (Status.WARN, f"pools {names} and 190 more keep their version: {DEFER}"),
    ]
