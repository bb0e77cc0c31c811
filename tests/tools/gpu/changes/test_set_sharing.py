"""Sharing of devices on a real node, as configurations of the device plugin say."""

import pytest

from clusterwright.tools.manifest import Manifest
from tests.tools.gpu.changes.place import Place

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("plugin_configs"),
]


def share(place: Place, config: str = "") -> Manifest:
    found: Manifest = {"kind": "set_sharing", "node": place.node}
    return {**found, "config": config} if config else found


async def test_devices_are_shared_as_a_key_says_and_whole_again(small: Place) -> None:
    async with small.session() as session:
        plan = await session.done(share(small, "shared-4"))
        assert small.allocatable("nvidia.com/gpu") == "16"
        small.train("train", 1, 6)
        _, said = await session.plan(share(small, "renamed"))
        assert "note: advertised as nvidia.com/gpu.shared" in said
        none, said = await session.plan(share(small))
        assert none
        assert "6 are in use and there would be 4" in said
        none, said = await session.plan(share(small, "shared"))
        assert (none, "it has 5: shared-4" in said) == ("", True)
        none, said = await session.plan(share(small, "broken"))
        assert (none, "is no YAML" in said) == ("", True)
        await session.done({"kind": "undo", "plan": plan})
    small.wait(".status.allocatable.nvidia\\.com/gpu", "4")
    assert "nvidia.com/device-plugin.config" not in small.labels()


async def test_a_config_that_changed_since_stops_it(small: Place) -> None:
    async with small.session() as session:
        plan, said = await session.plan(share(small, "mps"))
        assert plan, said
        assert "under MPS each pod has its part of the memory" in said
        fresh = '{"data":{"mps":"version: v1"}}'
        where = ("configmap", "plugin-configs", "-n", "gpu-operator")
        small.kubectl("patch", *where, "--type=merge", "-p", fresh)
        state, said = await session.apply(plan)
    assert (state, "has changed since it was made" in said) == ("error", True)
    assert "nvidia.com/device-plugin.config" not in small.labels()
