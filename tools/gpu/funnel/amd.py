"""The stages of an AMD node: its DeviceConfig, the driver by KMM, the plugin, the labeller."""

from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.gpu.estate import DEVICE_CONFIG
from clusterwright.tools.gpu.funnel.chain import Chain
from clusterwright.tools.gpu.funnel.devices import add_devices
from clusterwright.tools.gpu.funnel.discovery import PCI, pci_label
from clusterwright.tools.gpu.funnel.operand import DRIVER_PATIENCE, OperandStage, operand_stage
from clusterwright.tools.gpu.funnel.pod_verdict import Ill, verdict_of
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.workload import AMD_SELECTOR, CONTAINER, PF, selecting
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
    truth,
)
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

CONFIG, DRIVER, PLUGIN, LABELLER = "device-config", "driver", "device-plugin", "node-labeller"
VFIO = "vfio"
NAMES = (
    *(PCI, CONFIG, DRIVER, VFIO, PLUGIN, LABELLER),
    *("capacity", "allocatable", "requested", "free", "slices"),
)
_READY = "kmm.node.kubernetes.io/{}.{}.ready"
"""Label by which KMM says that a module is loaded: namespace and name of its Module."""
_BOUND = "gpu.operator.amd.com/{}.{}.vfio.ready"
"""Label by which the operator says that devices are bound to vfio-pci (internal/utils.go)."""
_LOOKS = "driver-init"
"""The init container that waits until the module is there."""
_WORKER = "kmm-worker-"
_BAD = ("Failed", "Timed-Out")
_BUSY = ("In-Progress", "Started")


def amd_stages(scene: Scene) -> tuple[Stage, ...]:
    """Return the stages of an AMD node."""
    chain = Chain()
    chain.add(pci_label(scene))
    config = selecting(scene.estate.of_kind(DEVICE_CONFIG), scene.node.labels)
    chain.add(_config_stage(scene, config), PCI)
    plugin = _operand(scene, PLUGIN, config, "gpu/plugin-failed", "gpu/plugin-missing")
    labeller = _operand(scene, LABELLER, config, "gpu/labeller-failed", "gpu/labeller-failed")
    chain.add(_looked_for(_driver(scene, config), plugin, labeller), PCI, CONFIG)
    if scene.workload != CONTAINER:
        chain.add(_vfio(scene, config), PCI, CONFIG, DRIVER)
    for one in (plugin, labeller):
        chain.add(one.stage, *(() if one.lacks_image else (PCI, CONFIG, DRIVER)))
    add_devices(chain, scene, (PLUGIN,) if scene.workload == CONTAINER else (PLUGIN, VFIO))
    return chain.ordered(NAMES)


def _config_stage(scene: Scene, config: Manifest | None) -> Stage:
    if config is not None:
        return Stage(CONFIG, State.OK, str(Ref.of(config)), ref=Ref.of(config))
    if scene.estate.unread(DEVICE_CONFIG):
        return Stage(CONFIG, State.UNKNOWN, "DeviceConfigs could not be read")
    made = scene.estate.of_kind(DEVICE_CONFIG)
    if not made:
        return Stage(CONFIG, State.NOT_USED, "no operator of AMD looks after this cluster")
    selector = strings(made[0], "spec", "selector") or AMD_SELECTOR
    key, value = next(one for one in selector.items() if scene.node.labels.get(one[0]) != one[1])
    why = f"no DeviceConfig selects the node: {Ref.of(made[0])} wants {key}={word(value)}"
    shown = (scene.label(key),)
    return Stage(CONFIG, State.BROKEN, why, "gpu/not-present", Ref.of(made[0]), shown)


def _driver(scene: Scene, config: Manifest | None) -> Stage:
    if config is None and scene.estate.unread(DEVICE_CONFIG):
        return Stage(DRIVER, State.UNKNOWN, "DeviceConfigs could not be read")
    if config is None or dig(config, "spec", "driver", "enable") is False:
        return Stage(DRIVER, State.NOT_USED, "the host brings it")
    if scene.workload == PF:
        return Stage(DRIVER, State.NOT_USED, "whole devices are passed through: none is loaded")
    ref, name = Ref.of(config), name_of(scene.node.manifest)
    module = mapping(config, "status", "nodeModuleStatus", name)
    upgrade = text(module, "upgradeState") or text(module, "status")
    path = f"$.status.nodeModuleStatus['{name}']"
    shown = FieldEvidence(ref=ref, path=path, value=upgrade or "(not set)")
    if upgrade.endswith(_BAD):
        why, code = f"its upgrade ended in {word(upgrade)}", "gpu/upgrade-failed"
        return Stage(DRIVER, State.BROKEN, why, code, ref, (shown,))
    since = instant(module, "lastTransitionTime")
    late = since is not None and scene.estate.now - since > DRIVER_PATIENCE
    busy = upgrade.endswith(_BUSY) and not late and _may_lack_it(scene)
    return _worker(scene, namespace_of(config)) or _loaded(
        scene, config, shown, busy=busy or scene.young
    )


def _vfio(scene: Scene, config: Manifest | None) -> Stage:
    """Return whether devices are bound to vfio-pci, from which virtual machines get them."""
    if config is None or dig(config, "spec", "driver", "enable") is False:
        return Stage(VFIO, State.NOT_USED, "the host does it")
    label = _BOUND.format(namespace_of(config), name_of(config))
    if label in scene.node.labels or scene.advertises:
        return Stage(VFIO, State.OK, scene.workload, ref=scene.ref)
    pod = f"worker-{name_of(config)}-{scene.ref.name}"
    why, code = "the operator has not bound the devices to vfio-pci", "gpu/vfio-failed"
    for one in scene.estate.pods_on(scene.ref.name):
        if name_of(one) == pod and namespace_of(one) == namespace_of(config):
            found = verdict_of(scene.estate, one)
            if found.ill in {Ill.IMAGE, Ill.FAILING}:
                why = f"{why}: {found.why or quoted(found.ill)}"
                return Stage(VFIO, State.BROKEN, why, code, found.pod, found.evidence, found.logs)
    if scene.young:
        return Stage(VFIO, State.WORKING, why, ref=scene.ref)
    return Stage(VFIO, State.BROKEN, why, code, scene.ref, (scene.label(label),))


def _looked_for(driver: Stage, *operands: OperandStage) -> Stage:
    """Return the driver's stage as broken if KMM has loaded it, and operands do not see it."""
    for one in operands:
        verdict, stage = one.verdict, one.stage
        lost = verdict is not None and verdict.container == _LOOKS and stage.state is State.BROKEN
        if lost and driver.state is State.OK:
            why = f"KMM says that it is loaded, and {stage.name} does not see it: {stage.why}"
            evidence, logs = stage.evidence, stage.logs
            return Stage(DRIVER, State.BROKEN, why, "gpu/driver-failed", stage.ref, evidence, logs)
    return driver


def _may_lack_it(scene: Scene) -> bool:
    """Return whether the module may be absent for a while: an upgrade cordons the node first."""
    cordoned = truth(scene.node.manifest, "spec", "unschedulable")
    return cordoned or not any(scene.node.capacity.values())


def _loaded(scene: Scene, config: Manifest, shown: FieldEvidence, *, busy: bool) -> Stage:
    """Return whether KMM has loaded the module, by the label that it leaves."""
    ref = Ref.of(config)
    label = _READY.format(namespace_of(config), name_of(config))
    if label in scene.node.labels:
        return Stage(DRIVER, State.OK, "KMM has loaded it", ref=scene.ref)
    if busy:
        return Stage(DRIVER, State.WORKING, word(shown.value), "", ref, (shown,))
    if scene.advertises:  # the plugin does not start without it
        return Stage(DRIVER, State.OK, ref=ref)
    why = "KMM has not loaded it on this node"
    return Stage(DRIVER, State.BROKEN, why, "gpu/driver-failed", ref, (scene.label(label), shown))


def _worker(scene: Scene, namespace: str) -> Stage | None:
    """Return the stage of a pod by which KMM loads the module now, and fails to.

    KMM runs it in the Module's namespace, which is that of the DeviceConfig.
    """
    for pod in scene.estate.pods_on(name_of(scene.node.manifest)):
        named = name_of(pod).startswith(_WORKER) or "kmm" in labels_of(pod).get("app", "")
        if not named or namespace_of(pod) != namespace:
            continue
        found = verdict_of(scene.estate, pod)
        if found.ill in {Ill.IMAGE, Ill.FAILING}:
            code = "gpu/driver-image" if found.ill is Ill.IMAGE else "gpu/driver-failed"
            why = f"KMM cannot load it: {found.why or quoted(found.ill)}"
            return Stage(DRIVER, State.BROKEN, why, code, found.pod, found.evidence, found.logs)
    return None


def _operand(
    scene: Scene, name: str, config: Manifest | None, code: str, missing: str
) -> OperandStage:
    block = {PLUGIN: "devicePlugin", LABELLER: "devicePlugin"}[name]
    switch = {PLUGIN: "enableDevicePlugin", LABELLER: "enableNodeLabeller"}[name]
    off = config is not None and dig(config, "spec", block, switch) is False
    unasked = config is None and not scene.daemonsets(name)
    unasked = unasked and scene.estate.was_read("DaemonSet") and not scene.unverified(name)
    if unasked and scene.estate.unread(DEVICE_CONFIG) and name not in scene.pods:
        return OperandStage(Stage(name, State.UNKNOWN, "DeviceConfigs could not be read"))
    brought = bool(scene.slices) or scene.advertises
    left_out = off or (unasked and (name == LABELLER or brought))
    if name not in scene.pods and left_out:
        return OperandStage(Stage(name, State.NOT_USED))
    return operand_stage(scene, name, name, code, missing=missing)
