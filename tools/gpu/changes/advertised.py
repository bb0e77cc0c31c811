"""What a node advertises, kept with a change so that its way back is proven by the same again."""

from collections.abc import Mapping, Sequence
from functools import partial

from clusterwright.tools.gpu.vendor import accelerators
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest, mapping
from clusterwright.tools.quantity import quantity
from clusterwright.tools.ref import Ref

_SECONDS = 600


def advertised(node: Manifest) -> Mapping[str, int]:
    """Return the devices that pods can have of a node.

    Nothing where some are not well: by the time of a way back they may be.
    """
    found = _counted(node, "allocatable")
    return found if found == _counted(node, "capacity") else {}


def again(ref: Ref, counts: Mapping[str, int]) -> Check:
    """Return the check that a node advertises what it did."""
    say = f"{ref} advertises {_told(counts)} again"
    return Check(say, ref, partial(_judge, counts), seconds=_SECONDS)


def _judge(counts: Mapping[str, int], found: Manifest | None, _: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("the node does not exist any more")
    here = _counted(found, "allocatable")
    return Met() if here == counts else Pending(f"{_told(here)} advertised")


def _counted(node: Manifest, which: str) -> dict[str, int]:
    given = mapping(node, "status", which)
    found = accelerators({key: quantity(value) for key, value in given.items()})
    return {key: n for key, n in found.items() if n}


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {key}" for key, n in counts.items()) or "no devices"
