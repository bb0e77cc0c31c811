"""XID errors, what NVIDIA's driver writes to the kernel's log of a GPU: whose fault, what to do.

Sources: NVIDIA, "Xid Errors", the Xid catalogue (Ampere and newer: descriptions, products, what to
do at once and later, trigger conditions) and, for numbers that it calls unused, its older listing;
kubernetes-sigs/dra-driver-nvidia-gpu, device_health.go, for those that are the application's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Where the cause of an XID lies, so far as the number tells."""

    APPLICATION = "the application"
    HARDWARE = "the hardware"
    DRIVER = "the driver"
    EITHER = "the hardware or the driver"
    UNCLEAR = "not told by the number: application, driver or hardware"


@dataclass(frozen=True, slots=True)
class Xid:
    """What one number means, and what to do."""

    means: str
    fault: Fault
    steps: tuple[str, ...]
    """What to do, in this order."""
    action: str
    """What NVIDIA's catalogue says to do at once: `RESET_GPU`."""
    later: str = ""
    """What it says to do so that it does not come again: `CONTACT_SUPPORT`."""
    on: str = "AHBG"
    """The products that report it: A100, H100, B100 and GB200, by their first letters."""
    check: tuple[str, ...] = ()
    """What to look at next."""
    recovery: bool = False
    """Whether newer drivers (R565, R570 or R575 on) tell by XID 154 as well what must be done."""
    harmless: bool = False
    grave: bool = True
    """Whether it tells by itself that something must be done."""

    @property
    def do(self) -> str:
        """What to do, in one text."""
        return " ".join(self.steps)

    @property
    def application(self) -> bool:
        """Whether the program is at fault."""
        return self.fault is Fault.APPLICATION


_DRAIN, _GPU_RESET = "Drain the node.", "Reset the GPU (nvidia-smi --gpu-reset)."
_REPLACE = "If it comes back, have the GPU or its board replaced."
_RESET = (_DRAIN, _GPU_RESET, _REPLACE)
_REBOOT = (_DRAIN, "Reboot the node.", _REPLACE)
_POWER_CYCLE = (_DRAIN, _GPU_RESET, "If that does not help, power-cycle the node.", _REPLACE)
_RESTART = (
    "Restart the program.",
    "If it comes back with other programs on this GPU, suspect the GPU.",
)
NOTHING = ("Nothing has to be done for it alone.",)
_SUPPORT = ("Contact support with the output of nvidia-bug-report.sh.",)
_DEBUG = ("the program under compute-sanitizer or cuda-gdb",)
_SAME_GPU = (*_DEBUG, "whether other programs fail on the same GPU: if so, dcgmi diag")
_DRIVER_LOG = ("nvidia-bug-report.sh of the node", "release notes of newer drivers")
_ECC = ("nvidia-smi -q -d ECC,ROW_REMAPPER of the GPU", "XID 63 or 64 beside it")
_PCIE = ("AER and PCIe messages in the kernel's log", "power, seating and temperature of the GPU")
_LINK = ("nvidia-smi nvlink -e and -s", "SXid of the switches", "the GPU at the other end")
_REST, _HARD = "CONTACT_SUPPORT", Fault.HARDWARE
_OLD = "unused since Ampere; on older GPUs: "


def _app(means: str, check: tuple[str, ...], later: str, on: str = "AHBG") -> Xid:
    return Xid(means, Fault.APPLICATION, _RESTART, "RESTART_APP", later, on, check)


def _engine(what: str, on: str = "AHBG", fault: Fault = Fault.UNCLEAR) -> Xid:
    return Xid(f"{what} exception", fault, _RESTART, "RESTART_APP", _REST, on, _SAME_GPU)


def _unused(means: str, fault: Fault = Fault.UNCLEAR) -> Xid:
    return Xid(_OLD + means, fault, _SUPPORT, _REST, on="", check=_DRIVER_LOG)


def _nvlink5(unit: str) -> Xid:
    steps = (
        "Read Fatal or Nonfatal in the message: Nonfatal alone needs nothing.",
        "Fatal: do what the XID 154 beside it says; without one, drain the node and reset the GPU.",
    )
    what = "WORKFLOW_NVLINK5_ERR"
    means = f"NVLink error: {unit}"
    return Xid(means, _HARD, steps, what, what, "BG", _LINK, recovery=True, grave=False)


def _engines() -> Iterator[tuple[int, Xid]]:
    copying = (39, 40, 41, 70, 71, 72, 75, 76, 77, 85)
    yield from ((number, _engine("copy engine")) for number in copying)
    yield from ((number, _engine("copy engine", "BG")) for number in range(126, 136))
    yield from ((number, _engine("video decoder")) for number in (83, 84, 88, 89))
    yield from ((number, _engine("video decoder", "HBG")) for number in (96, 97, 98))
    yield from ((number, _engine("JPEG engine", "HBG")) for number in range(99, 106))
    yield 82, _engine("JPEG engine")
    yield 86, _engine("optical flow engine")
    yield 139, _engine("optical flow engine", "BG")


_CLEANUP = (
    "Look for another XID of this GPU at the same time: if there is one, act on that.",
    "Alone it needs nothing: a program was killed, or the GPU was reset.",
    "Alone, again and again, on a system with NVSwitches: restart the fabric manager.",
)
_APPLICATION: Mapping[int, Xid] = {
    11: _app("invalid or corrupted stream of commands", _DEBUG, "CHECK_APP/CUDA"),
    13: _app("graphics engine exception, as of an access out of bounds", _SAME_GPU,
             "WORKFLOW_XID_13"),
    25: _app("invalid stream of commands", _DEBUG, "CHECK_APP/CUDA"),
    31: _app("memory page fault: a program used an address it does not have", _SAME_GPU,
             "WORKFLOW_XID_31"),
    43: Xid("the GPU stopped the work of a program that had failed; the GPU is well",
            Fault.APPLICATION, _RESTART, "IGNORE", _REST, check=_DEBUG),
    45: Xid("work was cleaned up before its end, as when a program is killed", Fault.APPLICATION,
            _CLEANUP, "WORKFLOW_XID_45", "RESTART_FM", harmless=True),
    68: _engine("video decoder", fault=Fault.APPLICATION),
    69: _app("graphics engine class error", _DEBUG, "CHECK_APP/CUDA"),
    137: Xid("NVLink privilege error: a program used memory of another GPU that it does not have",
             Fault.APPLICATION, _RESTART, "IGNORE", "XID_137_FLOW", check=(*_DEBUG, *_LINK)),
}  # fmt: skip
_MEMORY: Mapping[int, Xid] = {
    48: Xid("double-bit memory error, which ECC cannot correct", _HARD, _RESET, "WORKFLOW_XID_48",
            "RUN_FIELDDIAG", check=(*_ECC, "SRAM threshold exceeded: field diagnostics"),
            recovery=True),
    63: Xid("a row of memory was remapped, or a page retired", _HARD,
            ("Reset the GPU once its work is done, so that the remapping takes effect.",),
            "IGNORE", "IGNORE", check=_ECC, recovery=True, grave=False),
    64: Xid("a row of memory could NOT be remapped", _HARD,
            (_DRAIN, _GPU_RESET, "Have the GPU replaced: it has no spare rows left to use."),
            "RESET_GPU", _REST, check=_ECC, recovery=True),
    92: Xid("many single-bit memory errors", _HARD,
            ("Watch it; have the GPU replaced if they go on.",), "IGNORE", _REST, check=_ECC,
            grave=False),
    94: Xid("contained memory error: only the program that met it has failed", _HARD,
            ("Restart the program.", "Reset the GPU when it is idle."), "RESTART_APP",
            "IGNORE (sympathetic)", check=_ECC, recovery=True),
    95: Xid("uncontained memory error: every program on this GPU may have failed", _HARD,
            _RESET, "RESET_GPU", "IGNORE (sympathetic)", check=_ECC, recovery=True),
    140: Xid("unrecovered memory error", _HARD, _RESET, "RESET_GPU", _REST, check=_ECC),
    156: Xid("memory or another resource was retired", _HARD, _RESET, "RESET_GPU", "IGNORE", "HBG",
             _ECC, recovery=True),
    157: Xid("memory or another resource could NOT be retired: none is spare", _HARD,
             ("Programs may go on; the same error may come again.", *_SUPPORT), "IGNORE", _REST,
             "HBG", _ECC, grave=False),
    160: Xid("a channel of memory was retired", _HARD, NOTHING, "IGNORE", "INVESTIGATE_SW", "BG",
             _ECC, recovery=True, grave=False),
    161: Xid("a channel of memory could NOT be retired", _HARD, _SUPPORT, "IGNORE",
             "INVESTIGATE_SW", "BG", _ECC, recovery=True, grave=False),
    171: Xid("which memory XID 48 is about: DRAM", _HARD, ("Act on the XID 48 beside it.",), "",
             check=_ECC, grave=False),
    172: Xid("which memory XID 48 is about: SRAM", _HARD, ("Act on the XID 48 beside it.",), "",
             check=("SRAM threshold exceeded in nvidia-smi -q: field diagnostics",), grave=False),
}  # fmt: skip
_LINKS: Mapping[int, Xid] = {
    54: Xid("auxiliary power is not connected to the board", _HARD,
            ("Drain the node, and check cables and seating.",), "CHECK_MECHANICALS", _REST, "AHB"),
    74: Xid("NVLink error", _HARD, _POWER_CYCLE, "WORKFLOW_NVLINK_ERR", _REST, "AH", _LINK, True),
    79: Xid("the GPU has fallen off the bus", _HARD, _REBOOT, "RESTART_BM", _REST, check=_PCIE,
            recovery=True),
    121: Xid("corrected error of the link to the CPU", _HARD,
             ("Watch it; report it if it goes on.", "A reset when idle trains the link anew."),
             "IGNORE", _REST, "G", grave=False),
    136: Xid("training of an NVLink failed", _HARD, _RESET, "RESET_GPU", "INVESTIGATE_LINK_SI", "H",
             _LINK, True),
    144: _nvlink5("SAW"),
    145: _nvlink5("RLW"),
    146: _nvlink5("TLW"),
    147: _nvlink5("TREX"),
    148: _nvlink5("NVLPW_CTRL"),
    149: _nvlink5("NETIR"),
    150: _nvlink5("MSE"),
    155: Xid("an NVLink went down on purpose, as for a reset of its other end", _HARD, _RESET,
             "RESET_GPU", "INVESTIGATE_SW_USER", "BG", _LINK, recovery=True, grave=False),
}  # fmt: skip
_DRIVER: Mapping[int, Xid] = {
    32: Xid("corrupted stream of commands, mostly by a bad PCIe link", Fault.UNCLEAR, _RESTART,
            "RESTART_APP", "CHECK_APP/CUDA", check=_PCIE),
    37: Xid("error of the driver's firmware", Fault.DRIVER, NOTHING, "IGNORE", "CHECK_APP/CUDA",
            check=_DRIVER_LOG),
    38: Xid("error of the driver's firmware", Fault.DRIVER, NOTHING, "IGNORE", _REST,
            check=_DRIVER_LOG),
    44: Xid("graphics engine fault during a context switch", Fault.DRIVER, NOTHING, "IGNORE",
            _REST, check=_DRIVER_LOG),
    46: Xid("the GPU stopped processing", Fault.EITHER, _RESET, "RESET_GPU", _REST,
            check=_DRIVER_LOG),
    60: _engine("security or video processor"),
    61: _unused("microcontroller breakpoint", Fault.EITHER),
    62: Xid("microcontroller halt", Fault.EITHER, _RESET, "RESET_GPU", _REST, check=_DRIVER_LOG,
            recovery=True),
    66: Xid("illegal access by the driver", Fault.DRIVER, NOTHING, "IGNORE", "INVESTIGATE_SW",
            check=_DRIVER_LOG),
    67: Xid("illegal access by the driver", Fault.DRIVER, NOTHING, "IGNORE", _REST,
            check=_DRIVER_LOG),
    78: Xid("a vGPU could not be started", Fault.DRIVER,
            ("Make the drivers of host and guest fit each other.",), "UPDATE_SWFW", "UPDATE_SWFW"),
    80: Xid("corrupted data were sent to the GPU", Fault.UNCLEAR, _RESTART, "RESTART_APP",
            "CHECK_APP/CUDA", "AH", _PCIE),
    109: Xid("context switch timeout", Fault.EITHER, _RESET, "RESET_GPU", _REST, check=_DRIVER_LOG,
             recovery=True),
    110: Xid("security fault", Fault.EITHER,
             (_DRAIN, "Undo recent changes of hardware and reset the system cold.", _REPLACE),
             "RESET_GPU", "INVESTIGATE_SW", "HBG", recovery=True),
    119: Xid("the GPU's system processor (GSP) does not answer", Fault.EITHER, _POWER_CYCLE,
             "RESET_GPU", "INVESTIGATE_SW", check=_DRIVER_LOG),
    120: Xid("error of the GPU's system processor (GSP)", Fault.EITHER, _POWER_CYCLE, "RESET_GPU",
             "INVESTIGATE_SW", check=_DRIVER_LOG, recovery=True),
    143: Xid("the GPU could not be initialised", Fault.EITHER, _POWER_CYCLE, "RESET_GPU", _REST,
             "HBG", _DRIVER_LOG, True),
    151: Xid("rotation of a key failed (confidential computing)", Fault.DRIVER,
             ("Restart the virtual machine that has the GPU.",), "RESTART_VM", _REST, "HBG"),
    154: Xid("the driver asks for a recovery action", Fault.EITHER,
             ("nvidia-smi -q names the recovery action: do it.",), "XID_154",
             check=("the XID at the same time, which is the cause",)),
    158: Xid("fatal timeout of the GPU", Fault.EITHER, _RESET, "RESET_GPU", _REST,
             check=_DRIVER_LOG, recovery=True),
}  # fmt: skip
_UNUSED: Mapping[int, Xid] = {
    56: _unused("display engine error"),
    57: _unused("error in programming the interface of video memory"),
    58: _unused("the interface of video memory is unstable"),
    59: _unused("microcontroller error"),
    73: _unused("video encoder exception"),
    122: _unused("reading the board's flash failed"),
    123: _unused("writing the board's flash failed"),
    124: _unused("erasing the board's flash failed"),
    125: _unused("error of the file system of the board's flash"),
}

XIDS: Mapping[int, Xid] = dict(
    sorted({**dict(_engines()), **_APPLICATION, **_MEMORY, **_LINKS, **_DRIVER, **_UNUSED}.items())
)
UNKNOWN = Xid(
    "not one that is known here",
    Fault.UNCLEAR,
    ("Look it up in NVIDIA's catalogue of Xid errors.",),
    "",
)
