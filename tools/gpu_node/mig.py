"""Multi-instance GPU: mode, GPU instances with their place, compute instances, profiles."""

import re
from collections.abc import Sequence

from clusterwright.tools.gpu_node.asking import Asked
from clusterwright.tools.gpu_node.figures import MIB
from clusterwright.tools.gpu_node.models import ComputeInstance, GpuInstance, Mig, Profile
from clusterwright.tools.gpu_node.nvml import Numbers, RawInstance, RawMigDevice

_PROFILE = re.compile(r"MIG (\S+)")


def mig_of(asked: Asked) -> Mig | None:
    """Return what is partitioned; None where the product cannot be."""
    mode = asked.numbers(Numbers.MIG_MODE)
    if mode is None:
        return None
    profiles = asked.ask("mig_profiles", lambda: asked.nvml.profiles(asked.handle)) or []
    devices: list[RawMigDevice] = []
    listed: list[RawInstance] | None = []
    if mode[0]:
        devices = asked.ask("mig_devices", lambda: asked.nvml.mig_devices(asked.handle)) or []
        listed = asked.ask("gpu_instances", lambda: asked.nvml.instances(asked.handle))
    return Mig(
        enabled=bool(mode[0]),
        pending=bool(mode[1]),
        instances=_instances(listed, devices),
        profiles=tuple(
            Profile(one.name, one.id, one.memory_mib, one.instances, one.free)
            for one in sorted(profiles, key=lambda one: (one.memory_mib, one.name))
        ),
        listed=listed is not None,
    )


def _instances(
    listed: Sequence[RawInstance] | None, devices: Sequence[RawMigDevice]
) -> tuple[GpuInstance, ...]:
    """Return the instances that were listed, or those that the compute instances tell of."""
    if listed is None:
        seen = {one.gpu_instance: one.name for one in devices}
        named = {number: _PROFILE.search(name) for number, name in seen.items()}
        return tuple(
            GpuInstance(number, name[1] if name else "?", None, None, _compute(devices, number))
            for number, name in sorted(named.items())
        )
    return tuple(
        GpuInstance(one.id, one.profile, one.start, one.size, _compute(devices, one.id))
        for one in listed
    )


def _compute(devices: Sequence[RawMigDevice], instance: int) -> tuple[ComputeInstance, ...]:
    return tuple(
        ComputeInstance(
            id=one.compute_instance,
            uuid=one.uuid,
            used=None if one.memory is None else one.memory[0] // MIB,
            total=None if one.memory is None else one.memory[1] // MIB,
        )
        for one in devices
        if one.gpu_instance == instance
    )
