"""How a device stands: the first of these that is true, the worst before the better ones.

Thresholds are those by which findings and costs of the domain of Prometheus judge, where it has
any.
"""

from enum import StrEnum

from clusterwright.tools.gpu.measured import throttling
from clusterwright.tools.gpu.measured.device import Device

IDLE = 0.02
"""Busy never more than this is idle; as of the finding `gpu/idle`."""
LOW = 0.2
"""Busy less than this on average is low use."""
ROOM = 0.4
"""Busy and full less than this: a smaller device would do."""
SETTLED = 900.0
"""Seconds for which a device is had before it is judged; as of the finding `gpu/idle`."""
_OUTSIDE_BUSY = 0.05
_OUTSIDE_GIB = 1.0
"""Memory that drivers and exporters do not take by themselves."""


class State(StrEnum):
    """In the order in which they are told."""

    HUNG = "hung"
    """100 % busy by the driver's word, while nothing is computed."""
    OUTSIDE = "used outside Kubernetes"
    """No pod has it, and something uses it."""
    SLOWED = "slowed down"
    """For heat or by hardware; not at its power limit alone, which full load explains."""
    IDLE = "idle"
    """A pod has it and has done nothing with it."""
    UNMEASURED = "not measured"
    """The cluster has it, and no series is about it."""
    UNNAMED = "pod without series"
    """A pod has devices, its node is measured, and no series names the pod."""
    LOW = "low use"
    ROOM = "room for less"
    """Neither its memory nor its engines need all of it."""
    UNTOLD = "use not exported"
    NEW = "too new to judge"
    WELL = "in use"
    FREE = "free"
    """No pod has it, and nothing uses it."""


PROBLEMS = frozenset(
    {
        *(State.HUNG, State.OUTSIDE, State.SLOWED, State.IDLE),
        *(State.UNMEASURED, State.UNNAMED, State.LOW, State.ROOM),
    }
)
RANK = {state: place for place, state in enumerate(State)}
WASTING = frozenset({State.HUNG, State.IDLE, State.LOW})
"""States in which what a device costs is told."""


def state_of(device: Device, seconds: float, *, unclear: bool) -> State:
    """Return how a device stands.

    Args:
        device: with what was measured of it.
        seconds: of the window.
        unclear: whether pods of its node have devices and no series names them: then one that no
            series gives to a pod may be theirs.
    """
    if device.hung and (device.pods or unclear):
        return State.HUNG
    if device.pods:
        return _had(device, seconds)
    if not _in_use(device):
        return State.FREE
    return State.UNNAMED if unclear else State.OUTSIDE


def _had(device: Device, seconds: float) -> State:
    if any(not throttling.REASONS[one].expected for one in device.slowed):
        return State.SLOWED
    if device.busy is None:
        return State.UNTOLD
    if device.known < min(SETTLED, 0.9 * seconds):
        return State.NEW
    if (device.busy if device.peak is None else device.peak) < IDLE:
        return State.IDLE
    if device.busy < LOW:
        return State.LOW
    return State.ROOM if _roomy(device) else State.WELL


def wasted(device: Device, state: State) -> float:
    """Return which part of what a device costs is for nothing, from 0 to 1."""
    if state is State.HUNG:
        return 1.0
    return 1.0 - min(device.busy or 0.0, 1.0) if state in WASTING else 0.0


def _in_use(device: Device) -> bool:
    busy = device.busy is not None and device.busy > _OUTSIDE_BUSY
    return busy or (device.used or 0.0) > _OUTSIDE_GIB


def _roomy(device: Device) -> bool:
    full = device.used / device.total if device.used is not None and device.total else 1.0
    return (device.busy or 0.0) < ROOM and full < ROOM
