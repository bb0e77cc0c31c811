"""What XIDs mean together: which to act on first, and which others follow from it.

Source: NVIDIA, Xid catalogue, "Guidance Classes" (WORKFLOW_XID_45, WORKFLOW_XID_48, XID_154).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.hardware.products import all_called
from clusterwright.tools.gpu.xid_log import Reported
from clusterwright.tools.xid import UNKNOWN, XIDS, Fault

_CLEANUP, _DOUBLE_BIT, _RECOVERY = 45, 48, 154
_REMAPPED = (63, 64)
_URGENCY: Mapping[str, int] = {
    "XID_154": 0,
    "RESTART_BM": 1,
    "RESET_GPU": 2,
    "WORKFLOW_XID_48": 2,
    "WORKFLOW_NVLINK_ERR": 2,
    "WORKFLOW_NVLINK5_ERR": 3,
    "CHECK_MECHANICALS": 3,
    "RESTART_VM": 3,
    "UPDATE_SWFW": 4,
    "CONTACT_SUPPORT": 4,
    "RESTART_APP": 5,
    "IGNORE": 6,
}
_UNRANKED, _LAST = 5, 7
_MOST = 12
"""Notes: of a hundred GPUs most say the same."""
_FAMILIES: Mapping[str, str] = {
    "A30": "A",
    "A100-40GB": "A",
    "A100-80GB": "A",
    "H100-80GB": "H",
    "H100-94GB": "H",
    "H100-96GB": "H",
    "H200": "H",
    "GH200-144GB": "H",
    "B200": "B",
    "GB200": "G",
}


def catalogue_product(product: str | None) -> str:
    """Return the letter of the catalogue's product that is of one generation; empty if none is."""
    letters = {_FAMILIES.get(one.family, "") for one in all_called(product or "")}
    return letters.pop() if len(letters) == 1 else ""


def ranked(found: Sequence[Reported]) -> tuple[tuple[Reported, ...], ...]:
    """Return XIDs that need the same together, those first that need most.

    What a killed program leaves comes last.
    """
    alike: dict[object, list[Reported]] = defaultdict(list)
    for one in sorted(found, key=_urgency):
        alike[one.number, one.recovery, one.fatal].append(one)
    return tuple(map(tuple, alike.values()))


def notes(found: Sequence[Reported]) -> tuple[str, ...]:
    """Return what XIDs of the same GPU, in the order in which they came, mean together.

    Those of which no GPU is told are taken to be of one.
    """
    by_gpu: dict[str, list[Reported]] = defaultdict(list)
    for one in found:
        by_gpu[one.gpu].append(one)
    gpus: dict[str, list[str]] = defaultdict(list)
    for gpu, ones in by_gpu.items():
        for note in _together(ones):
            gpus[note].append(gpu)
    alone = len(by_gpu) == 1
    return tuple(note if alone else f"{_where(of)}: {note}" for note, of in gpus.items())[:_MOST]


def _where(gpus: Sequence[str]) -> str:
    return f"GPU {few([gpu or 'not told' for gpu in gpus], 4)}"


def _urgency(one: Reported) -> tuple[int, int]:
    xid = XIDS.get(one.number, UNKNOWN)
    if xid.harmless or (one.recovery and one.recovery.number == 0):
        return (_LAST, one.number)
    if one.fatal is False:
        return (_URGENCY["IGNORE"], one.number)
    return (_URGENCY.get(xid.action, _UNRANKED), one.number)


def _together(ones: Sequence[Reported]) -> Iterator[str]:
    numbers = {one.number for one in ones}
    asked = [one.recovery for one in ones if one.recovery and one.recovery.number]
    if asked:
        yield f"the driver asks (XID {_RECOVERY}): {asked[-1].asks}; this goes before all else"
    elif len(numbers) > 1:
        yield f"act on XID {min(ones, key=_urgency).number} first"
    if _RECOVERY not in numbers and any(XIDS.get(n, UNKNOWN).recovery for n in numbers):
        yield f"look for an XID {_RECOVERY} of the GPU: there newer drivers say what must be done"
    if _DOUBLE_BIT in numbers and numbers.intersection(_REMAPPED):
        yield f"XID {_DOUBLE_BIT} with 63 or 64: let the work on the GPU end, then reset it"
    graver = sorted(n for n in numbers if _struck(n))
    if _CLEANUP in numbers and len(numbers) > 1:
        others = ", ".join(str(n) for n in sorted(numbers - {_CLEANUP, _RECOVERY})[:5])
        yield f"XID {_CLEANUP} follows from XID {others or _RECOVERY}: it needs nothing itself"
    programs = sorted(n for n in numbers - {_CLEANUP} if XIDS.get(n, UNKNOWN).application)
    if programs and graver:
        listed, of = ", ".join(map(str, programs)), ", ".join(map(str, graver[:5]))
        yield f"XID {listed} may follow from XID {of}: blame no program before that is dealt with"


def _struck(number: int) -> bool:
    xid = XIDS.get(number, UNKNOWN)
    return xid.fault in {Fault.HARDWARE, Fault.EITHER} and xid.grave and number != _RECOVERY
