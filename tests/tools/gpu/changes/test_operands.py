"""Labels, restarts and upgrades of operands on real nodes, and nodes taken out of service."""

import pytest

from clusterwright.tools.manifest import Manifest
from tests.tools.gpu.changes.place import STEER, UPGRADE, Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
DEPLOY = "nvidia.com/gpu.deploy."


def label(place: Place, name: str, value: str | None = None) -> Manifest:
    found: Manifest = {"kind": "label_node", "node": place.node, "label": name}
    return found if value is None else {**found, "value": value}


def restart(place: Place, operand: str, **more: bool) -> Manifest:
    return {"kind": "restart_operand", "node": place.node, "operand": operand, **more}


def operands(place: Place) -> str:
    where = f"--field-selector=spec.nodeName={place.node}"
    return place.kubectl("get", "pods", "-n", "gpu-operator", where, "-o", "name")


async def test_an_operand_leaves_and_comes_as_its_label_says(small: Place) -> None:
    name = f"{DEPLOY}dcgm-exporter"
    async with small.session() as session:
        plan = await session.done(label(small, name, "false"))
        assert "dcgm-exporter" not in operands(small)
        assert plan
        small.label(f"{name}=paused-for-driver-upgrade")  # as a driver manager leaves it behind
        await session.done(label(small, name, "true"))
        assert "dcgm-exporter" in operands(small)
        await session.done(label(small, name))  # the operator sets it again
    assert small.labels()[name] == "true"


async def test_operands_are_kept_from_a_node_that_nobody_uses(small: Place) -> None:
    name = f"{DEPLOY}operands"
    async with small.session() as session:
        plan = await session.done(label(small, name, "false"))
        assert operands(small) == ""
        refused = label(small, f"{DEPLOY}driver", "true")
        assert "would do nothing" in (await session.plan(refused))[1]
        await session.done(label(small, name))
        assert "nvidia-device-plugin" in operands(small)
        small.train("train", 1)
        none, said = await session.plan(label(small, name, "false"))
        assert (none, "are in use" in said) == ("", True)
        assert plan


async def test_one_operand_is_restarted_and_proven_by_what_follows(small: Place) -> None:
    async with small.session() as session:
        plan, said = await session.plan(restart(small, "device-plugin"))
        assert plan, said
        assert "Proof of success: a new pod of DaemonSet/gpu-operator/" in said
        state, told = await session.apply(plan)
        assert state == "applied", told
        assert "advertises devices: 4 nvidia.com/gpu" in told
        plan, said = await session.plan(restart(small, "mig-manager"))
        assert (plan, "there is nothing to restart" in said) == ("", True)
        plan, said = await session.plan(restart(small, "plugin"))
        assert (plan, "operands on Node/gpu-t4-1: dcgm-exporter, device-plugin" in said) == (
            "",
            True,
        )


async def test_a_driver_in_use_is_restarted_only_once_its_users_are_moved(small: Place) -> None:
    small.pool = "t4"
    small.train("train", 3, 2, here=False)
    async with small.session() as session:
        plan, said = await session.plan(restart(small, "driver"))
        assert (plan, "GPUs of Node/gpu-t4-1 are in use" in said) == ("", True)
        await session.done(restart(small, "driver", evict=True))
    assert not small.get()["spec"].get("unschedulable")


async def test_an_upgrade_that_failed_is_tried_again(small: Place) -> None:
    retry = {"kind": "retry_upgrade", "node": small.node}
    async with small.session() as session:
        plan, said = await session.plan(retry)
        assert (plan, "has not failed: its state is upgrade-done" in said) == ("", True)
        small.annotate(f"{STEER}driver=crash")
        small.label(f"{UPGRADE}=upgrade-failed")
        plan, said = await session.plan(retry)
        assert plan, said
        state, told = await session.apply(plan)
        assert state == "applied", told
        assert "goes on: it has come to" in told
        small.annotate(f"{STEER}driver-")
    small.wait(f".metadata.labels.{UPGRADE.replace('.', chr(92) + '.')}", "upgrade-done")


async def test_a_node_is_drained_with_what_each_pod_would_lose(small: Place) -> None:
    small.train("train", 4)
    async with small.session() as session:
        _, said = await session.plan({"kind": "cordon", "node": small.node})
        assert f"who has GPUs here goes on: Pod/{small.namespace}/train-" in said
        _, said = await session.plan({"kind": "drain", "node": small.node})
        assert "risk high" in said
        assert "would run nowhere: no other node takes it" in said
        await session.done({"kind": "drain", "node": small.node})
        assert small.get()["spec"]["unschedulable"] is True
        _, said = await session.plan({"kind": "add_capacity", "node": small.node})
        assert "does not say that Cluster API made it" in said
        await session.done({"kind": "uncordon", "node": small.node})


async def test_more_machines_are_a_change_of_cluster_api(small: Place) -> None:
    marks = {
        "cluster-name": "train",
        "cluster-namespace": "ml",
        "owner-kind": "MachineSet",
        "owner-name": "train-t4-x7k2p",
    }
    small.annotate(*(f"cluster.x-k8s.io/{key}={value}" for key, value in marks.items()))
    try:
        async with small.session() as session:
            plan, said = await session.plan({"kind": "add_capacity", "node": small.node})
    finally:
        small.annotate(*(f"cluster.x-k8s.io/{key}-" for key in marks))
    change = '{"kind": "scale", "name": "ml/train", "pool": "train-t4", "replicas": <one more>}'
    assert (plan, f"capi_plan_change {change}" in said) == ("", True)
