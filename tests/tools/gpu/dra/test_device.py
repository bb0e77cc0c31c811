"""Which devices there are, and which of them a node can reach."""

from clusterwright.tools.gpu.dra.device import Pools
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.fit.cluster import custom, node, snapshot

DRIVER = "gpu.nvidia.com"
A, B = node("a", labels={"rack": "1"}), node("b", labels={"rack": "2"})


def slice_of(
    name: str, *devices: str | Manifest, pool: str = "p", age: int = 1, of: int = 1, **where: Json
) -> Manifest:
    made = [{"name": one} if isinstance(one, str) else one for one in devices]
    belongs = {"name": pool, "generation": age, "resourceSliceCount": of}
    spec = {"driver": DRIVER, "pool": belongs, "devices": made, **where}
    return custom("resource.k8s.io/v1", "ResourceSlice", name, "", spec=spec)


def pools(*slices: Manifest) -> Pools:
    return Pools(snapshot(*slices))


def reached(found: Pools, by: Manifest) -> list[str]:
    return [one.name for one in found.on(by)]


def in_rack(number: str) -> Manifest:
    expression = {"key": "rack", "operator": "In", "values": [number]}
    return {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}


def test_devices_are_reached_from_their_node_from_some_or_from_all() -> None:
    found = pools(
        slice_of("local", "l", pool="a", nodeName="a"),
        slice_of("some", "s", pool="rack", nodeSelector=in_rack("2")),
        slice_of("all", "x", pool="net", allNodes=True),
    )
    assert (reached(found, A), reached(found, B)) == (["l", "x"], ["s", "x"])
    assert [one.name for one in found.of_node("a")] == ["l"]
    assert found.of_node("") == ()


def test_the_devices_of_a_slice_are_reached_together() -> None:
    found = pools(
        slice_of("one", "r", "s", pool="one", nodeSelector=in_rack("2")),
        slice_of("two", "t", "u", pool="two", nodeSelector=in_rack("1")),
        slice_of("none", "v", "w", pool="none", nodeSelector={"nodeSelectorTerms": []}),
    )
    assert (reached(found, A), reached(found, B)) == (["t", "u"], ["r", "s"])


def test_devices_may_tell_themselves_where_they_are() -> None:
    each = ({"name": "l", "nodeName": "a"}, {"name": "s", "nodeSelector": in_rack("2")})
    found = pools(slice_of("mixed", *each, perDeviceNodeSelection=True))
    assert (reached(found, A), reached(found, B)) == (["l"], ["s"])
    assert [one.node for one in found.devices] == ["a", ""]


def test_an_older_generation_of_a_pool_is_forgotten_whatever_its_node() -> None:
    found = pools(
        slice_of("new", "n", age=2, nodeName="b"), slice_of("old", "o", age=1, nodeName="a")
    )
    assert [one.name for one in found.devices] == ["n"]


def test_an_incomplete_pool_is_known_and_gives_nothing() -> None:
    found = pools(slice_of("half", "h", of=2, nodeName="a"))
    assert [one.name for one in found.devices] == ["h"]
    assert (reached(found, A), found.incomplete(A), found.incomplete(B)) == ([], True, False)


def test_a_taint_that_only_tells_keeps_nobody_off() -> None:
    taints = [{"key": "x", "effect": "None"}, {"key": "y", "effect": "NoExecute"}]
    [one] = pools(slice_of("t", {"name": "d", "taints": taints}, nodeName="a")).devices
    assert [taint["key"] for taint in one.taints] == ["y"]


def test_the_shape_of_a_device_in_a_beta_stands_below() -> None:
    shape = {"attributes": {"uuid": {"string": "GPU-1"}}, "capacity": {"memory": "80Gi"}}
    [one] = pools(slice_of("t", {"name": "d", "basic": shape}, nodeName="a")).devices
    assert (one.attribute("uuid"), one.attribute("none")) == ("GPU-1", "")
    assert one.value("capacity", DRIVER, "memory") == "80Gi"
