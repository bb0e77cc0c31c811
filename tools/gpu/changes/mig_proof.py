"""What proves that the MIG manager has carried a layout out: its state, and what is advertised.

The state of the attempt before stays on the node until the manager takes the new layout up, so that
it counts only as far as it can be of this attempt.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from clusterwright.tools.gpu.changes.advertised import in_words
from clusterwright.tools.gpu.changes.mig_layout import GPU, NodeLayout
from clusterwright.tools.gpu.vendor import counted
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.kubernetes.owners.managed_fields import writers
from clusterwright.tools.manifest import Manifest, instant, labels_of, mapping, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

CONFIG, STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
SECONDS = 1_800
"""For a layout, with the reboot that some machines need for it."""
_UNDER_WAY = frozenset({"pending", "rebooting"})


def expectation(
    layout: NodeLayout, gpus: int | None, strategy: str, before: Manifest | None, *, shared: bool
) -> Manifest:
    """Return what is expected of a node, as JSON; `before` is the node as it is, if it is known.

    What is advertised of devices that are shared as well is for the device plugin's settings to
    say, and is not judged.
    """
    whole = layout.expected(gpus, strategy)
    found: Manifest = {"config": layout.name, "exact": whole is not None, "shared": shared}
    found["resources"] = dict(whole if whole is not None else layout.each(strategy))
    return found if before is None else _since(found, before)


def restoration(known: Manifest, before: Manifest) -> Manifest:
    """Return what is expected of a node with another layout, once one is in force again.

    `known` is what was kept when that was in force: its name, and what was advertised by it.
    """
    resources = mapping(known, "resources")
    expected: Manifest = {"config": known["layout"], "exact": True, "shared": not resources}
    return _since(expected | {"resources": resources}, before)


def _since(expected: Manifest, before: Manifest) -> Manifest:
    """Return what is expected with what is there by now, by which a new state is known."""
    when = written(before, STATE)
    was, at = labels_of(before).get(STATE, ""), when.isoformat() if when else ""
    return expected | {"was": was, "at": at, "same": not _differs(expected, before)}


def in_force(node: Manifest) -> Manifest:
    """Return what the way back to the layout of a node has to know; empty where it is not in force.

    What is advertised is kept where all devices are well, as a sick one may be so no more by then.
    """
    labels = labels_of(node)
    if labels.get(STATE) != "success" or not labels.get(CONFIG):
        return {}
    has, given = (_counted(node, which) for which in ("capacity", "allocatable"))
    counts = {key: n for key, n in given.items() if n}
    return {"layout": labels[CONFIG]} | ({"resources": counts} if has == given and counts else {})


def proof(ref: Ref, expected: Manifest) -> Check:
    """Return the check that a layout is carried out."""
    say = f"MIG layout {expected['config']} is carried out on {ref}, and advertised"
    return Check(say, ref, partial(carried_out, expected), seconds=SECONDS)


def carried_out(expected: Manifest, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    """Judge a node by what is expected of it."""
    if found is None:
        return Failed("the node does not exist any more")
    labels = labels_of(found)
    if labels.get(CONFIG) != expected["config"]:
        return Failed(f"somebody asks for another layout: {word(labels.get(CONFIG, 'none'))}")
    return _judge(expected, found, labels.get(STATE, ""))


def _judge(expected: Manifest, found: Manifest, state: str) -> Verdict:
    if state in _UNDER_WAY:
        return Pending(f"the MIG manager is at it: {state}")
    differs = _differs(expected, found)
    new = _is_new(expected, found, state)
    if state == "failed" and new:
        return Failed("the MIG manager says that it failed: its pod's log on this node tells why")
    if state != "success" or (not new and (differs or truth(expected, "same"))):
        stuck = state == "failed" and _may_be_new(found)
        return Pending("the MIG manager has not taken it up yet", stuck=stuck)
    if differs:
        return Pending(f"mig.config.state is success, and {differs}", stuck=True)
    here = in_words(_advertised(found)) or "no devices"
    return Met(f"mig.config.state is success, {here} advertised")


def _is_new(expected: Manifest, found: Manifest, state: str) -> bool:
    """Return whether a state can be of this attempt, and not of the one before."""
    seen, asked = written(found, STATE), written(found, CONFIG)
    if seen is None or asked is None:
        return state != text(expected, "was")
    same = state == text(expected, "was") and seen == instant(expected, "at")
    return seen >= asked and not same


def _may_be_new(found: Manifest) -> bool:
    """Return whether a state was written in the very second of what is asked for, or later."""
    seen, asked = written(found, STATE), written(found, CONFIG)
    return seen is not None and asked is not None and seen >= asked


def _differs(expected: Manifest, found: Manifest) -> str:
    """Return what is advertised otherwise than expected; empty where nothing is."""
    if truth(expected, "shared"):
        return ""
    here, wanted = _advertised(found), mapping(expected, "resources")
    for resource in dict.fromkeys((*wanted, *here)):
        count, each = here.get(resource, 0), int(wanted.get(resource, 0))
        if truth(expected, "exact"):
            right = count == each
        else:
            right = count >= each and count % each == 0 if each else count == 0
        if not right:
            many = "" if truth(expected, "exact") or not each else "a multiple of "
            return f"{count} {resource} advertised, not {many}{each}"
    return ""


def _advertised(node: Manifest) -> Mapping[str, int]:
    """Return what pods can have of whole GPUs and of MIG devices."""
    return _counted(node, "allocatable")


def _counted(node: Manifest, which: str) -> Mapping[str, int]:
    found = counted(node, which)
    return {key: n for key, n in found.items() if key == GPU or key.startswith("nvidia.com/mig-")}


def written(node: Manifest, label: str) -> datetime | None:
    """Return when a label of a node was last written, as its managedFields tell."""
    found = writers(node, ("metadata", "labels", label))
    return found[0].when if found else None
