"""What one reported XID asks for, by NVIDIA's catalogue and by what its line says besides."""

from collections.abc import Iterator
from typing import Literal

from clusterwright.tools.gpu.xid_log import Recovery, Reported
from clusterwright.tools.xid import NOTHING, UNKNOWN, XIDS, Fault, Xid

Needs = Literal["action", "nothing at once", "nothing"]
_OF_DEVICES = frozenset({Fault.HARDWARE, Fault.EITHER})
_OF_THE_DEVICE = frozenset(
    {
        *(Recovery.RESET, Recovery.REBOOT, Recovery.DRAIN_AND_RESET),
        *(Recovery.BUS_RESET, Recovery.SYSTEM_REBOOT),
    }
)
_RECOVERY_CHANGED = 154


def entry(one: Reported) -> Xid:
    """Return what the catalogue says of an XID."""
    return XIDS.get(one.number, UNKNOWN)


def steps(one: Reported) -> Iterator[str]:
    """Yield what to do, in order."""
    xid = entry(one)
    if one.recovery:
        yield f"The driver asks: {one.recovery.asks}."
    elif one.fatal is not None:
        yield from xid.steps[1:] if one.fatal else NOTHING
    else:
        yield from xid.steps


def needs(one: Reported) -> Needs:
    """Return whether anything must be done."""
    xid = entry(one)
    done = one.recovery is Recovery.NONE
    if done or one.fatal is False or xid.harmless or xid.steps == NOTHING:
        return "nothing"
    return "nothing at once" if xid.action == "IGNORE" else "action"


def concerns_devices(one: Reported) -> bool:
    """Return whether an XID tells by itself that more than one program is in trouble.

    One whose program is to be restarted is that program's trouble, whoever is at fault.
    """
    xid = entry(one)
    if xid.application or xid.action == "RESTART_APP" or needs(one) != "action":
        return False
    return xid.grave or bool(one.fatal)


def device_at_fault(one: Reported) -> bool:
    """Return whether pods are better kept off the device until it is reset or replaced."""
    if one.number == _RECOVERY_CHANGED:
        return one.recovery in _OF_THE_DEVICE
    return concerns_devices(one) and entry(one).fault in _OF_DEVICES
