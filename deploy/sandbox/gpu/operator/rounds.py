"""One round of everything that the simulated operator looks after."""

import time
from collections.abc import Callable

import httpx

from clusterwright.deploy.sandbox.gpu.hardware import AMD, DRIVER_VERSION, Hardware, hardware_of
from clusterwright.deploy.sandbox.gpu.operator import (
    amd,
    discovery,
    nvidia_driver,
    policy,
    slices,
    upgrade,
)
from clusterwright.deploy.sandbox.gpu.operator.device_plugin import advertise
from clusterwright.deploy.sandbox.gpu.operator.gfd import Seen, gfd_labels
from clusterwright.deploy.sandbox.gpu.operator.kubelet import Kubelets
from clusterwright.deploy.sandbox.gpu.operator.layout import (
    layout_of,
    mig_configs,
    mig_strategy,
    offered,
    offered_by_amd,
    sharing_of,
)
from clusterwright.deploy.sandbox.gpu.operator.mig import MigManagers
from clusterwright.deploy.sandbox.gpu.operator.readiness import ready_pods, there_on
from clusterwright.deploy.sandbox.gpu.operator.situation import DRIVER, TOOLKIT, version_of
from clusterwright.deploy.sandbox.gpu.operator.vgpu import VgpuManagers, passed_through, vgpus_of
from clusterwright.deploy.sandbox.gpu.operator.world import World, has_label
from clusterwright.deploy.sandbox.runtime.log import say
from clusterwright.tools.manifest import Manifest, name_of, strings


class Rounds:
    """Carries everything one step on."""

    def __init__(self, world: World) -> None:
        """Take the world."""
        self._world = world
        self._kubelets = Kubelets(world)
        self._mig = MigManagers(world)
        self._vgpu = VgpuManagers(world)
        self._failed = False

    def go(self) -> bool:
        """Look after every node and every operator's object; return whether nothing failed."""
        self._failed = False
        self._kubelets.forget()
        main = policy.in_force(self._world)
        self._try("ClusterPolicy", lambda: policy.deploy(self._world, main))
        self._try("NVIDIADriver", lambda: nvidia_driver.look_after(self._world, main))
        for config in self._world.all("DeviceConfig"):
            self._try(name_of(config), lambda config=config: amd.look_after(self._world, config))
        nodes = [{"apiVersion": "v1", "kind": "Node", **one} for one in self._world.all("Node")]
        for node in nodes:
            hardware = hardware_of(node)
            if hardware:
                self._try(
                    name_of(node),
                    lambda node=node, hardware=hardware: self._node(node, hardware, main),
                )
            elif strings(node, "metadata", "annotations").get("kwok.x-k8s.io/node") == "fake":
                self._try(name_of(node), lambda node=node: self._kubelets.look_after(node))
        present = [one for one in nodes if has_label(one, discovery.PRESENT)]
        self._try("driver upgrade", lambda: upgrade.look_after(self._world, main, present))
        self._try("ClusterPolicy", lambda: policy.tell(self._world))
        return not self._failed

    def _node(self, node: Manifest, hardware: Hardware, main: Manifest) -> None:
        self._world.label(node, discovery.nfd(node))
        workload = discovery.workload_of(main, node)
        if main:
            self._world.label(node, discovery.operator_labels(node, workload))
        self._kubelets.look_after(node)
        ready = ready_pods(self._world, node)
        if hardware.product.vendor == AMD:
            self._amd(node, hardware, ready)
        elif workload == discovery.CONTAINER:
            self._containers(node, hardware, ready, main)
        else:
            self._machines(node, hardware, ready, workload)

    def _machines(
        self, node: Manifest, hardware: Hardware, ready: dict[str, Manifest], workload: str
    ) -> None:
        if "vgpu-device-manager" in ready:
            self._vgpu.look_after(node, hardware, ready["vgpu-device-manager"])
        devices = None
        if "sandbox-device-plugin" in ready:
            passed = workload == discovery.PASSTHROUGH
            every = passed_through(hardware) if passed else vgpus_of(node, hardware)
            devices = every, every
        advertise(self._world, node, hardware, devices)
        slices.publish(self._world, node, [])

    def _containers(
        self, node: Manifest, hardware: Hardware, ready: dict[str, Manifest], main: Manifest
    ) -> None:
        world = self._world
        configs = mig_configs(world, main)
        strategy, sharing = mig_strategy(world, main, node), sharing_of(world, main, node)
        if "mig-manager" in ready and discovery.mig_capable(node):
            self._mig.look_after(node, hardware, ready["mig-manager"], main)
        layout = layout_of(node, hardware, configs)
        plugin = "device-plugin" in ready and {DRIVER, TOOLKIT} <= there_on(world, node)
        # It waits for the daemon before it registers, and seems ready all the while.
        plugin = plugin and (sharing.strategy != "mps" or "mps-control" in ready)
        devices = offered(node, hardware, layout, sharing, strategy) if plugin else None
        advertise(world, node, hardware, devices)
        version = version_of(ready["driver"]) if "driver" in ready else DRIVER_VERSION
        has_dra = "dra-driver" in ready and DRIVER in there_on(world, node)
        published = slices.devices_of_node(node, hardware, layout, version) if has_dra else []
        slices.publish(world, node, published)
        if "gfd" in ready:
            seen = Seen(hardware, layout, sharing, strategy, version)
            world.label(node, gfd_labels(node, seen, int(time.time())))

    def _amd(self, node: Manifest, hardware: Hardware, ready: dict[str, Manifest]) -> None:
        plugin = "device-plugin" in ready
        devices = offered_by_amd(node, hardware) if plugin else None
        advertise(self._world, node, hardware, devices)
        if "node-labeller" in ready:
            self._world.label(node, discovery.amd_labels(hardware))

    def _try(self, what: str, act: Callable[[], None]) -> None:
        try:
            act()
        except httpx.HTTPError as error:  # a later round tries again
            self._failed = True
            say(f"{what}: {error}")
