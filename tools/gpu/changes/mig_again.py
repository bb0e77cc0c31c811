"""What proves that a MIG manager which was started again has carried out what its node asks for."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from clusterwright.tools.gpu.changes.mig_proof import CONFIG, SECONDS, STATE, written
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest, instant, labels_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_UNDER_WAY = frozenset({"pending", "rebooting"})


def attempt(node: Manifest, stamp: datetime) -> Manifest:
    """Return what is known before another attempt, as JSON; empty where no layout is asked for.

    `stamp` is when it was planned: a state of before that is of an earlier attempt.
    """
    labels = labels_of(node)
    if not labels.get(CONFIG):
        return {}
    seen = written(node, STATE)
    at = seen.isoformat() if seen else ""
    return {"config": labels[CONFIG], "at": at, "since": stamp.isoformat()}


def applied_again(ref: Ref, expected: Manifest) -> Check:
    """Return the check that the layout of an attempt is in force."""
    say = f"the MIG manager says that layout {expected['config']} is in force on {ref}"
    return Check(say, ref, partial(in_force, expected), seconds=SECONDS)


def in_force(expected: Manifest, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    """Judge a node by the state of its layout.

    A manager that finds its layout made already may write nothing (mig-parted, reconfigure-mig.sh),
    so that a success of before counts; a failure does not before it is written again.
    """
    if found is None:
        return Failed("the node does not exist any more")
    labels = labels_of(found)
    if labels.get(CONFIG) != expected["config"]:
        return Failed(f"somebody asks for another layout: {word(labels.get(CONFIG, 'none'))}")
    match labels.get(STATE):
        case "success":
            return Met("mig.config.state is success")
        case "failed" if _is_new(expected, found):
            return Failed("the MIG manager failed again: its pod's log on this node tells why")
        case state if state in _UNDER_WAY:
            return Pending(f"the MIG manager is at it: {state}")
        case _:
            return Pending("the MIG manager has not taken it up yet")


def _is_new(expected: Manifest, found: Manifest) -> bool:
    seen, since = written(found, STATE), instant(expected, "since")
    later = seen is not None and since is not None and seen >= since
    return later and (seen.isoformat() if seen else "") != text(expected, "at")
