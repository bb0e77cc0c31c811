"""What a node advertises, kept with a change so that its way back is proven by the same again."""

from collections.abc import Mapping, Sequence
from functools import partial

from clusterwright.tools.gpu.vendor import counted
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

_SECONDS = 600


def advertised(node: Manifest) -> Mapping[str, int]:
    """Return the devices that pods can have of a node.

    Nothing where some are not well: by the time of a way back they may be.
    """
    found = _counted(node, "allocatable")
    return found if found == _counted(node, "capacity") else {}


def in_words(counts: Mapping[str, int]) -> str:
    """Return the devices that there are some of: `8 nvidia.com/gpu`; empty where there is none."""
    return ", ".join(f"{n} {key}" for key, n in counts.items() if n)


def again(ref: Ref, counts: Mapping[str, int]) -> Check:
    """Return the check that a node advertises what it did."""
    say = f"{ref} advertises {in_words(counts) or 'no devices'} again"
    return Check(say, ref, partial(_judge, counts), seconds=_SECONDS)


def _judge(counts: Mapping[str, int], found: Manifest | None, _: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("the node does not exist any more")
    here = _counted(found, "allocatable")
    return Met() if here == counts else Pending(f"{in_words(here) or 'no devices'} advertised")


def _counted(node: Manifest, which: str) -> dict[str, int]:
    return {key: n for key, n in counted(node, which).items() if n}
