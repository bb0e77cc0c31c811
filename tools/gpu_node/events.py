"""Critical events of the seconds in which we listen; NVML tells none of those before."""

from collections.abc import Callable, Sequence
from time import monotonic

from clusterwright.tools.gpu_node.models import Event
from clusterwright.tools.gpu_node.nvml import Handle, Nvml, RawEvent

_SLICE_MS = 200
"""How long a wait goes on before it looks whether anybody still wants it."""
_MOST = 200
"""Events after which we stop: an application can cause them by the thousand."""
_XID = 0x8
_TYPES = {
    _XID: "XID",
    0x2: "uncorrectable ECC error",
    0x800: "row remapping or page retirement failed",
    0x1000: "poison, not fatal",
    0x2000: "poison, fatal",
    0x4000: "GPU unavailable",
    0x8000: "recovery action changed",
}
"""By nvmlEventType*."""


def told(
    nvml: Nvml, gpus: Sequence[tuple[int, Handle]], wait_s: float, stopped: Callable[[], bool]
) -> tuple[tuple[Event, ...], tuple[int, ...]]:
    """Return what is told within `wait_s` seconds, and which GPUs tell no events."""
    deaf = nvml.watch(gpus)
    found: list[Event] = []
    until = monotonic() + wait_s
    while len(deaf) < len(gpus) and len(found) < _MOST and not stopped():
        left_ms = int((until - monotonic()) * 1000)
        if left_ms <= 0:
            break
        told_now = nvml.next_event(min(left_ms, _SLICE_MS))
        if told_now is not None:
            found.append(_event(told_now))
    return tuple(found), tuple(deaf)


def _event(raw: RawEvent) -> Event:
    return Event(
        gpu=raw.index,
        type=_TYPES.get(raw.type, hex(raw.type)),
        xid=raw.data if raw.type == _XID else None,
        gpu_instance=raw.gpu_instance,
    )
