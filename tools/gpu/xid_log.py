"""XIDs in lines of a log: of the kernel, of NVIDIA's device plugin; and the SXIDs of switches.

Formats: NVIDIA, "Xid Errors", "Viewing Xid messages" and the catalogue's decoding of 144 to 150;
NVIDIA/k8s-device-plugin, internal/rm/health.go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from clusterwright.tools.excerpt import one_line

_LINES, _LINE = 500, 2_000
_RECOVERY_CHANGED = 154
_KERNEL = re.compile(r"(?<![A-Za-z])Xid \((?:PCI:)?([0-9A-Fa-f:.]{4,20})\): (\d{1,4})\b,? ?(.*)")
_PLUGIN = re.compile(r"(?<![A-Za-z])Xid=(\d{1,4}) on Device=([\w.:/-]{1,80})")
_OFF_BUS = re.compile(r"GPU (?:at )?([0-9A-Fa-f:.]{4,20}): GPU has fallen off the bus")
_SWITCH = re.compile(r"SXid \((?:PCI:)?[0-9A-Fa-f:.]{4,20}\): (\d{1,6})")
_PID = re.compile(r"\bpid='?(\d{1,10})\b")
_NAME = re.compile(r"\bname=([^,]{1,64})")
_RECOVERY = re.compile(r"changed from 0x[0-9a-fA-F]+ \([^)]*\) to 0x([0-9a-fA-F]{1,2})\b")
_LINK = re.compile(
    r"(?:\A|, )([\w/]{1,30})\s+(Fatal|Non-?fatal)\b.{0,60}?\bLink (-?\d{1,3})\b", re.IGNORECASE
)


class Recovery(Enum):
    """What XID 154 asks for, by its number: drivers spell it in different words.

    Source: NVML, nvmlDeviceGpuRecoveryAction_t.
    """

    NONE = (0, "nothing has to be done any more")
    RESET = (1, "drain the node and reset the GPU")
    REBOOT = (2, "drain the node and reboot it")
    DRAIN_P2P = (3, "let work that uses peer-to-peer on this GPU end; start no other such work")
    DRAIN_AND_RESET = (4, "let the work on this GPU end, then reset it")
    IMEX = (5, "recover the IMEX domain of this node; the GPU itself can be used")
    BUS_RESET = (6, "drain the node and reset the GPU's PCIe bus")
    SYSTEM_REBOOT = (7, "drain the node and reboot the system")

    @property
    def number(self) -> int:
        """As the driver writes it."""
        return self.value[0]

    @property
    def asks(self) -> str:
        """What it asks for."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Reported:
    """An XID as a line told it; a number that somebody gave has nothing else."""

    number: int
    gpu: str = ""
    """By PCI address or UUID."""
    pid: int | None = None
    process: str = ""
    """What the process called itself: its own words."""
    recovery: Recovery | None = None
    link: str = ""
    """Of NVLink 5: unit and link."""
    fatal: bool | None = None


def read(text: str) -> tuple[Reported, ...]:
    """Return the XIDs in lines of a log, each once for each GPU and what it says, in their order.

    Of what a GPU asks for by XID 154 only the last counts.
    """
    found: dict[object, Reported] = {}
    for line in text.splitlines()[:_LINES]:
        for one in _read(line[:_LINE]):
            key = (one.number, one.gpu) if one.recovery else one
            found.pop(key, None)
            found[key] = one
    return tuple(found.values())


def switches(text: str) -> tuple[int, ...]:
    """Return the numbers of SXIDs, which NVSwitches report and which are no XIDs."""
    lines = (line[:_LINE] for line in text.splitlines()[:_LINES])
    return tuple(dict.fromkeys(int(one[1]) for line in lines if (one := _SWITCH.search(line))))


def _read(line: str) -> Iterator[Reported]:
    if kernel := _KERNEL.search(line):
        yield _reported(kernel[1], int(kernel[2]), kernel[3])
    elif plugin := _PLUGIN.search(line):
        yield Reported(int(plugin[1]), plugin[2])
    elif lost := _OFF_BUS.search(line):
        yield Reported(79, _address(lost[1]))


def _reported(gpu: str, number: int, rest: str) -> Reported:
    pid, name, link = _PID.search(rest), _NAME.search(rest), _LINK.search(rest)
    recovery = _RECOVERY.search(rest) if number == _RECOVERY_CHANGED else None
    process = name[1].strip() if name else ""
    return Reported(
        number,
        _address(gpu),
        int(pid[1]) if pid else None,
        "" if process == "<unknown>" else one_line(process, 40),
        _recovery(int(recovery[1], 16)) if recovery else None,
        f"{link[1]}, link {link[3]}" if link else "",
        link[2].lower() == "fatal" if link else None,
    )


def _recovery(number: int) -> Recovery | None:
    return next((one for one in Recovery if one.number == number), None)


def _address(pci: str) -> str:
    """Return a PCI address without its function, in which lines of one GPU differ."""
    return re.sub(r"\.\d\Z", "", pci.lower())
