"""The device plugin's configurations by key, and how many pods each lets share a device.

Source: NVIDIA/k8s-device-plugin, api/config/v1, and its README on time-slicing and MPS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clusterwright.tools.gpu.changes.config_text import read_config
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.manifest import items, mapping, number, text, truth

LABEL = "nvidia.com/device-plugin.config"
"""Of a node: the key of the configuration that its device plugin goes by."""
TIME_SLICING, MPS, NONE = "time-slicing", "mps", "none"


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a configuration says of sharing."""

    strategy: str = NONE
    replicas: Mapping[str, int] | None = None
    """Pods on each device, by resource."""
    renamed: bool = False
    """Whether shared devices are advertised as `nvidia.com/gpu.shared`."""
    one_each: bool = False
    """Whether a pod that asks for more than one is refused."""

    @property
    def shared(self) -> Mapping[str, int]:
        """The resources that are shared, with how many share each."""
        return {name: count for name, count in (self.replicas or {}).items() if count > 1}

    def advertised(self, resource: str) -> str:
        """Return as what a resource is advertised."""
        return f"{resource}.shared" if self.renamed and resource in self.shared else resource

    def line(self) -> str:
        """Return it in a few words."""
        if not self.shared:
            return "one pod on each device"
        each = ", ".join(f"{count} pods on each {name}" for name, count in self.shared.items())
        return f"{self.strategy}: {each}"


def sharing_of(content: str, where: str) -> Sharing:
    """Return what a configuration says; raise RefusedError for one that the plugin cannot read."""
    found = read_config(content, where, "the device plugin")
    sharing = mapping(found, "sharing")
    slicing, mps = mapping(sharing, "timeSlicing"), mapping(sharing, "mps")
    chosen, strategy = (mps, MPS) if mps else (slicing, TIME_SLICING)
    replicas = {
        name: number(one, "replicas")
        for one in items(chosen, "resources")
        if vendor_of(name := text(one, "name"))
    }
    if not any(count > 1 for count in replicas.values()):
        return Sharing()
    one_each = strategy == MPS or truth(chosen, "failRequestsGreaterThanOne")
    return Sharing(strategy, replicas, truth(chosen, "renameByDefault"), one_each)
