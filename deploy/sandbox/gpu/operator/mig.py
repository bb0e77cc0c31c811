"""The MIG manager of a node: it applies the layout that the node's label names, or fails to.

Rules: NVIDIA/mig-parted, deployments/gpu-operator (reconfigure-mig.sh, the manager's main.go): the
label is acted on once, when its value changes or the manager starts; a GPU in use cannot be split.
What it logs then: cmd/nvidia-mig-parted/apply and assert, pkg/mig/config; that a GPU in use is not
reset, nvidia-smi.
"""

from collections.abc import Sequence

from clusterwright.deploy.sandbox.gpu.hardware import STEER, Hardware, Product
from clusterwright.deploy.sandbox.gpu.operands import key_of
from clusterwright.deploy.sandbox.gpu.operator.discovery import MIG_CONFIG
from clusterwright.deploy.sandbox.gpu.operator.layout import devices_of, mig_configs
from clusterwright.deploy.sandbox.gpu.operator.world import World, steered
from clusterwright.tools.manifest import Manifest, items, labels_of, mapping, name_of, text

STATE = f"{MIG_CONFIG}.state"
_UNDER_WAY = frozenset({"pending", "rebooting"})
_SLICES, _MEMORY = 7, 8
_APPLYING = 'level=fatal msg="Error applying MIG configuration with hooks: '
_SAID = {
    "busy": r'level=error msg="\nThe following GPUs could not be reset:\n  GPU 00000000:3B:00.0:'
    rf' In use by another client\n"'
    f"\n{_APPLYING}"
    'error resetting all GPUs: exit status 255"',
    "unfit": f"{_APPLYING}error setting MIGConfig: error attempting multiple config orderings: all"
    ' orderings failed"',
    "absent": 'level=fatal msg="Error selecting MIG config: selected mig-config not present: {}"\n'
    'level=error msg="Unable to validate the selected MIG configuration"',
}
_ENDED = (
    "\nChanging the 'nvidia.com/mig.config.state' node label to '{}'\n"
    "level=info msg=\"Waiting for change to 'nvidia.com/mig.config' label\""
)


class MigManagers:
    """Remembers what each node's manager has tried."""

    def __init__(self, world: World) -> None:
        """Take the world."""
        self._world = world
        self._tried: dict[str, tuple[str, str]] = {}

    def look_after(
        self, node: Manifest, hardware: Hardware, pod: Manifest, policy: Manifest
    ) -> None:
        """Apply what a node's label asks for, in two steps that others can see."""
        wanted = labels_of(node).get(MIG_CONFIG, "")
        attempt = wanted, text(pod, "metadata", "uid")
        if not wanted:  # the same value is a change again once the label was away
            self._tried.pop(name_of(node), None)
            return
        if self._tried.get(name_of(node)) == attempt:
            return
        if labels_of(node).get(STATE) not in _UNDER_WAY:
            self._world.label(node, {STATE: "pending"})
            return
        said = steered(node, "mig-apply")
        if said in _UNDER_WAY:
            self._world.label(node, {STATE: said})
            return
        self._tried[name_of(node)] = attempt
        configs = mig_configs(self._world, policy)
        same = (steered(node, "mig-applied") or "all-disabled") == wanted
        why = ""
        if wanted not in configs:
            why = "absent"
        elif said == "failed" or not _fits(hardware, configs[wanted]):
            why = "unfit"
        elif not same and self._in_use(node):
            why = "busy"
        self._world.said[name_of(node)] = said_of(wanted, why)
        if not why:
            self._world.annotate(node, {f"{STEER}mig-applied": wanted})
        self._world.label(node, {STATE: "failed" if why else "success"})

    def _in_use(self, node: Manifest) -> bool:
        """Return whether a pod holds a device: the driver then refuses to split it."""
        return any(
            not key_of(pod) and key.startswith("nvidia.com/")
            for pod in self._world.pods_on(node)
            for container in items(pod, "spec", "containers")
            for key in mapping(container, "resources", "limits")
        )


def said_of(wanted: str, why: str) -> str:
    """Return what a manager logs of a layout, which it applied or, for a reason, did not."""
    begun = f'level=info msg="Updating to MIG config: {wanted}"\n'
    done = _SAID[why].format(wanted) if why else "MIG configuration applied successfully"
    return begun + done + _ENDED.format("failed" if why else "success")


def _fits(hardware: Hardware, config: Sequence[Manifest]) -> bool:
    """Return whether the product has every profile, and as many as a layout wants of it."""
    each = [devices_of(n, config) for n in range(hardware.count)]
    return all(one is None or _fits_on(hardware.product, one) for one in each)


def _fits_on(product: Product, devices: dict[str, int]) -> bool:
    if not product.profiles or not devices.keys() <= product.profiles.keys():
        return False
    profiles = [(product.profiles[name], n) for name, n in devices.items()]
    return (
        all(n >= 0 for n in devices.values())
        and sum(one.compute * n for one, n in profiles) <= _SLICES
        and sum(one.memory * n for one, n in profiles) <= _MEMORY
    )
