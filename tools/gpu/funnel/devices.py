"""The last stages: what the node advertises, what of it is healthy, taken, and left."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.gpu.dra.device import Pools, pool_of, slices_wanted
from clusterwright.tools.gpu.funnel.chain import Chain
from clusterwright.tools.gpu.funnel.operand import operand_stage
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.given import devices_of
from clusterwright.tools.gpu.vendor import Vendor, vendor_of
from clusterwright.tools.gpu.workload import CONTAINER, suits
from clusterwright.tools.kubernetes.analyzers.pod import containers
from clusterwright.tools.manifest import Manifest, instant, mapping
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

CAPACITY, ALLOCATABLE, REQUESTED, FREE, SLICES = (
    *("capacity", "allocatable", "requested"),
    *("free", "slices"),
)
_SETTLING = timedelta(seconds=30)
"""What a plugin that became ready takes to register, and the kubelet to tell of its devices."""
_MOST = 8
"""Resources of a node that are named; MIG may make dozens, and a node says what it likes."""
_WHOLE = ("nvidia.com/gpu", "nvidia.com/gpu.shared")
_SLICE = "ResourceSlice"
_DRIVER = "dra-driver"
_COUNT = ("spec", "pool", "resourceSliceCount")

BEFORE_SLICES = ("driver", "toolkit")
"""What a DRA driver hangs on, where a node has it."""


def add_devices(chain: Chain, scene: Scene, needs: tuple[str, ...]) -> None:
    """Add the stages from capacity to slices; `needs` are those that bring devices."""
    slices = chain.add(_slices(scene), *BEFORE_SLICES)
    capacity = chain.add(_capacity(scene, slices, chain[needs[0]]), *needs)
    if capacity.state is State.NOT_USED:
        for name in (ALLOCATABLE, REQUESTED, FREE):
            chain.add(Stage(name, State.NOT_USED, "DRA brings the devices"))
        return
    certain = scene.node.upgrade_state in {"", "upgrade-done", "upgrade-failed"}
    chain.add(_allocatable(scene), *needs, CAPACITY, certain=certain)
    chain.add(_requested(scene))
    chain.add(_free(scene), ALLOCATABLE)


def spelled(counts: Mapping[str, int]) -> str:
    """Return devices by resource, those of which there are none left out."""
    return few([f"{n} {word(key)}" for key, n in counts.items() if n], _MOST) or "none"


def _of_vendor(
    scene: Scene, counts: Mapping[str, int], *, others: bool = False
) -> Mapping[str, int]:
    """Return the devices of the node's vendor, or those of others that are there too.

    What is left of devices for containers on a node that is for virtual machines by now, or the
    other way round, is its vendor's and nobody's: the kubelet forgets it.
    """
    own, workload = scene.node.vendor, scene.workload
    return {
        key: n
        for key, n in counts.items()
        if (vendor_of(key) is own) is not others and (others or suits(workload, key))
    }


def _capacity(scene: Scene, slices: Stage, plugin: Stage) -> Stage:
    if "capacity" not in mapping(scene.node.manifest, "status"):
        return Stage(CAPACITY, State.UNKNOWN, "the node has no status")
    counts = _of_vendor(scene, scene.node.capacity)
    if any(counts.values()):
        return Stage(CAPACITY, State.OK, spelled(counts), ref=scene.ref)
    if (slices.state is State.OK or scene.slices) and plugin.state is State.NOT_USED:
        return Stage(CAPACITY, State.NOT_USED, "DRA brings the devices")
    if scene.young or _settling(scene):
        return Stage(CAPACITY, State.WORKING, "not advertised yet", ref=scene.ref)
    why = f"the node advertises no {scene.node.vendor} device, though all before it works"
    resource = next(iter(counts), f"{scene.node.vendor}/gpu")
    shown = FieldEvidence(ref=scene.ref, path=_path("capacity", resource), value="0")
    return Stage(CAPACITY, State.BROKEN, why, "gpu/not-advertised", scene.ref, (shown,))


def _settling(scene: Scene) -> bool:
    """Return whether the device plugin started only a moment ago."""
    for name in ("device-plugin", "sandbox-device-plugin"):
        pod = scene.pods.get(name)
        for one in containers(pod) if pod else ():
            since = instant(one.status, "state", "running", "startedAt")
            if since is not None and scene.estate.now - since < _SETTLING:
                return True
    return False


def _allocatable(scene: Scene) -> Stage:
    capacity = scene.node.capacity
    if not any(_of_vendor(scene, capacity).values()):
        return Stage(ALLOCATABLE, State.BROKEN, ref=scene.ref)  # which capacity explains
    own = _unhealthy(scene, _of_vendor(scene, capacity)) or _missing(scene)
    short = (*own, *_unhealthy(scene, _of_vendor(scene, capacity, others=True)))
    if not short:
        return Stage(ALLOCATABLE, State.OK, spelled(scene.node.allocatable), ref=scene.ref)
    why = "; ".join(why for why, _ in short[:_MOST])
    if len(short) > _MOST:
        why += f" and {len(short) - _MOST} more"
    if _settling(scene) or scene.young:
        return Stage(ALLOCATABLE, State.WORKING, why, ref=scene.ref)
    shown = tuple(one for _, evidence in short[:_MOST] for one in evidence)
    code, logs = "gpu/unhealthy-device", scene.log_of("device-plugin") if own else ()
    return Stage(ALLOCATABLE, State.BROKEN, why, code, scene.ref, shown, logs)


_Shown: TypeAlias = tuple[str, Sequence[Evidence]]
"""What is said, and what shows it."""


def _unhealthy(scene: Scene, capacity: Mapping[str, int]) -> Sequence[_Shown]:
    """Return what shows that devices are not healthy, by resource."""
    found: list[_Shown] = []
    for key, whole in capacity.items():
        left = scene.node.allocatable.get(key, 0)
        if left < whole:
            shown = [
                FieldEvidence(ref=scene.ref, path=_path(field, key), value=str(n))
                for field, n in (("capacity", whole), ("allocatable", left))
            ]
            named = f"{whole} {word(key)}"
            said = f"{whole - left} of {named} not healthy" if left else f"0 of {named}"
            found.append((said, shown))
    return found


def _missing(scene: Scene) -> Sequence[_Shown]:
    """Return what shows that fewer devices are advertised than discovery counted, if it is so.

    With MIG a count tells nothing: the mixed strategy advertises no whole device, and devices of
    which some are split are counted together.
    """
    node, capacity = scene.node, scene.node.capacity
    mig = any("/mig-" in key and n for key, n in capacity.items()) or "-MIG-" in node.product
    if node.vendor is not Vendor.NVIDIA or node.count is None or mig:
        return ()
    if scene.workload != CONTAINER:
        return ()
    have = sum(capacity.get(key, 0) for key in _WHOLE)
    wanted = node.count * (node.replicas if node.sharing != "none" else 1)
    if not 0 < have < wanted:
        return ()
    shown = [
        scene.label("nvidia.com/gpu.count"),
        FieldEvidence(ref=scene.ref, path=_path("capacity", _WHOLE[0]), value=str(have)),
    ]
    return [(f"{have} of {wanted} devices that discovery counted are advertised", shown)]


def _requested(scene: Scene) -> Stage:
    if not scene.estate.was_read("Pod"):
        return Stage(REQUESTED, State.UNKNOWN, "pods could not be read")
    pods = len(scene.estate.using(scene.ref.name))
    why = f"{spelled(scene.node.requested)} by {pods} pod{'s' * (pods > 1)}" if pods else "none"
    return Stage(REQUESTED, State.OK, why)


def _free(scene: Scene) -> Stage:
    if not scene.estate.was_read("Pod"):
        return Stage(FREE, State.UNKNOWN, "pods could not be read")
    if not any(scene.node.allocatable.values()):
        return Stage(FREE, State.BROKEN)  # which allocatable explains
    return Stage(FREE, State.OK, spelled(scene.node.free))


def _slices(scene: Scene) -> Stage:
    found = scene.slices
    own = _dra_driver(scene)
    if own is not None and own.state is not State.OK:
        return own
    if not found:
        if scene.estate.unread(_SLICE):
            return Stage(SLICES, State.UNKNOWN, "ResourceSlices could not be read")
        if own is None or not scene.estate.was_read(_SLICE):
            return Stage(SLICES, State.NOT_USED, "no DRA driver of accelerators publishes here")
        return _none_published(scene, own)
    ill = _lacking(scene)
    if ill:
        fresh = any(_new(scene, one, "metadata", "creationTimestamp") for one in found)
        state = State.WORKING if fresh else State.BROKEN
        why, shown = ill
        code = "" if fresh else "gpu/not-advertised"
        return Stage(SLICES, state, why, code, Ref.of(found[0]), (shown,), scene.log_of(_DRIVER))
    devices = devices_of(scene.estate, scene.node)
    tainted = sum(bool(one.taints) for one in devices)
    slices = f"{len(found)} slice{'s' * (len(found) != 1)}"
    why = f"{len(devices)} device{'s' * (len(devices) != 1)} in {slices}"
    why = f"{why}, {tainted} of them tainted" if tainted else why
    return Stage(SLICES, State.OK, why, ref=Ref.of(found[0]))


def _new(scene: Scene, one: Manifest, *path: str) -> bool:
    """Return whether a time that an object tells was only a moment ago."""
    since = instant(one, *path)
    return since is not None and scene.estate.now - since < _SETTLING


def _lacking(scene: Scene) -> tuple[str, Evidence] | None:
    """Return what the slices of a node lack so that no claim can have a device of them.

    The scheduler allocates none of an incomplete pool: k8s.io/dynamic-resource-allocation v0.36,
    structured/internal, the allocator.
    """
    pools = scene.estate.derived(Pools)
    for driver, pool in dict.fromkeys(map(pool_of, scene.slices)):
        have = pools.slices[driver, pool]
        wanted = slices_wanted(have)
        if len(have) < wanted:
            why = f"pool {word(pool)} has {len(have)} of {wanted} slices, and is left out till then"
            return why, FieldEvidence(
                ref=Ref.of(have[0]), path=f"$.{'.'.join(_COUNT)}", value=str(wanted)
            )
    if devices_of(scene.estate, scene.node):
        return None
    first = Ref.of(scene.slices[0])
    return "its slices hold no device", FieldEvidence(ref=first, path="$.spec.devices", value="[]")


def _dra_driver(scene: Scene) -> Stage | None:
    """Return how the pod of the DRA driver stands; None on a node that has none."""
    if _DRIVER not in scene.pods:
        return None
    return operand_stage(scene, SLICES, _DRIVER, "gpu/plugin-failed").stage


def _none_published(scene: Scene, own: Stage) -> Stage:
    pod = scene.pods[_DRIVER]
    if _new(scene, pod, "status", "startTime"):
        return Stage(SLICES, State.WORKING, "not published yet", ref=own.ref)
    why = "the DRA driver runs, and publishes no ResourceSlice of this node"
    return Stage(
        SLICES,
        State.BROKEN,
        why,
        "gpu/not-advertised",
        own.ref,
        (scene.unready(pod),),
        scene.log_of(_DRIVER),
    )


def _path(field: str, resource: str) -> str:
    return f"$.status.{field}['{resource}']"
