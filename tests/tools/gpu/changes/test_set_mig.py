"""MIG layouts on real nodes: carried out, refused with reasons, made room for, undone."""

import json

import anyio
import pytest

from clusterwright.tools.manifest import Manifest
from tests.tools.gpu.changes.place import CONFIG, HELD, STATE, STEER, Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
OTHER = "gpu-h100-2"


def mig(place: Place, config: str, **more: bool) -> Manifest:
    return {"kind": "set_mig", "node": place.node, "config": config, **more}


def deployment_pods(place: Place) -> dict[str, str]:
    """Return the node of each pod of the namespace that is not on its way out."""
    told = json.loads(place.kubectl("get", "pods", "-n", place.namespace, "-o", "json"))
    return {
        one["metadata"]["name"]: one["spec"].get("nodeName", "")
        for one in told["items"]
        if "deletionTimestamp" not in one["metadata"]
    }


async def test_a_layout_is_carried_out_on_one_node_and_taken_back(place: Place) -> None:
    other = place.labels(OTHER)[CONFIG]
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-1g.10gb"))
        assert "advertised now: 8 nvidia.com/gpu; then: 56 nvidia.com/mig-1g.10gb" in said
        state, told = await session.apply(plan)
        assert state == "applied", told
        assert "mig.config.state is success, 56 nvidia.com/mig-1g.10gb advertised" in told
        assert place.allocatable("nvidia.com/mig-1g.10gb") == "56"
        assert place.labels(OTHER)[CONFIG] == other
        again, said = await session.apply(plan)
        assert (again, "at most once" in said) == ("error", True)
        _, said = await session.plan(mig(place, "all-1g.10gb"))
        assert "Nothing to change" in said
        place.next_second()
        back, said = await session.plan({"kind": "undo", "plan": plan})
        assert f"MIG layout all-disabled is carried out on Node/{place.node}" in said
        state, told = await session.apply(back)
        assert state == "applied", told
        assert "mig.config.state is success" in told
    assert place.labels()[CONFIG] == "all-disabled"
    assert place.labels()[STATE] == "success"


async def test_gpus_in_use_are_named_and_nothing_is_written(place: Place) -> None:
    place.train("train", 4)
    (pod,) = deployment_pods(place)
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-1g.10gb"))
    assert not plan
    assert f"in use: Pod/{place.namespace}/{pod} (4 nvidia.com/gpu)" in said
    assert "no other node takes it" in said
    assert "evict=true" in said
    assert place.labels()[CONFIG] == "all-disabled"


async def test_room_is_made_and_the_node_takes_pods_again(place: Place) -> None:
    place.pool = "h100"
    place.train("train", 8, 2, here=False)
    before = deployment_pods(place)
    assert set(before.values()) == {place.node, OTHER}
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-3g.40gb", evict=True))
        assert "note: no other node that it may use has 8 free nvidia.com/gpu" in said
        assert "risk high" in said
        state, told = await session.apply(plan)
        assert state == "applied", told
        undone = await session.plan({"kind": "undo", "plan": plan})
        assert "cordon" not in undone[1]
    after = deployment_pods(place)
    stayed = {name: node for name, node in before.items() if node == OTHER}
    assert stayed.items() <= after.items()
    assert place.node not in after.values()
    node = place.get()
    assert not node["spec"].get("unschedulable")
    assert HELD not in node["metadata"]["annotations"]
    assert place.allocatable("nvidia.com/mig-3g.40gb") == "16"


async def test_a_node_that_was_cordoned_stays_so(place: Place) -> None:
    place.kubectl("cordon", place.node)
    async with place.session() as session:
        await session.done(mig(place, "all-7g.80gb", evict=True))
    assert place.get()["spec"]["unschedulable"] is True


async def test_a_budget_that_allows_no_disruption_is_respected(place: Place) -> None:
    place.train("train", 4)
    selector = {"matchLabels": {"app": "train"}}
    spec: Manifest = {"minAvailable": 1, "selector": selector}
    place.create({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                  "metadata": {"name": "train"}, "spec": spec})  # fmt: skip
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-1g.10gb", evict=True))
    assert not plan
    assert f"PodDisruptionBudget/{place.namespace}/train" in said
    assert not place.get()["spec"].get("unschedulable")


@pytest.mark.parametrize("evict", [False, True])
async def test_what_the_manager_fails_at_is_taken_back(place: Place, evict: bool) -> None:
    place.annotate(f"{STEER}mig-apply=failed")
    place.policy["proof_seconds"] = 5
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-1g.10gb", evict=evict))
        assert plan, said
        state, told = await session.apply(plan)
    assert state == "undone", told
    assert "the MIG manager says that it failed" in told
    assert "undone, and not proven: MIG layout all-disabled is carried out" in told
    node = place.get()
    assert node["metadata"]["labels"][CONFIG] == "all-disabled"
    assert not node["spec"].get("unschedulable")
    assert HELD not in node["metadata"]["annotations"]


async def test_a_reboot_is_waited_for(place: Place) -> None:
    place.annotate(f"{STEER}mig-apply=rebooting")
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-2g.20gb"))
        assert plan, said
        ended: list[tuple[str, str]] = []

        async def apply() -> None:
            ended.append(await session.apply(plan))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(apply)
            path = ".metadata.labels.nvidia\\.com/mig\\.config\\.state"
            await anyio.to_thread.run_sync(place.wait, path, "rebooting")
            assert ended == []
            await anyio.to_thread.run_sync(place.annotate, f"{STEER}mig-apply-")
    ((state, told),) = ended
    assert state == "applied", told
    assert place.labels()[STATE] == "success"


async def test_a_label_that_changed_since_stops_it(place: Place) -> None:
    async with place.session() as session:
        plan, said = await session.plan(mig(place, "all-1g.10gb"))
        assert plan, said
        place.label(f"{CONFIG}=all-7g.80gb")
        place.wait(".status.allocatable.nvidia\\.com/mig-7g\\.80gb", "8")
        state, said = await session.apply(plan)
    assert (state, "has changed since it was made" in said) == ("error", True)
    assert place.labels()[CONFIG] == "all-7g.80gb"


async def test_what_cannot_be_is_refused_with_what_would_be(place: Place, small: Place) -> None:
    async with place.session() as session:
        for change, words in (
            (mig(place, "all-1g.5gb"), "no profile '1g.5gb' here; nearest: 1g.10gb"),
            (mig(place, "all-3g.50gb"), "nearest: all-3g.40gb"),
            (mig(small, "all-1g.10gb"), "Tesla T4 has no MIG"),
            ({**mig(small, "x"), "node": "gpu-mi300x-1"}, "dcm.amd.com/gpu-config-profile"),
            ({**mig(small, "x"), "node": "sim-1"}, "has no accelerators"),
            ({**mig(small, "x"), "node": "gone"}, "there is no Node/gone"),
            ({**mig(small, "x"), "node": "a b"}, "is no name of a node"),
        ):
            plan, said = await session.plan(change)
            assert (plan, words in said) == ("", True), said
