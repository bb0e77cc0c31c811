"""Placement of MIG instances: which fit on one GPU, where, how many more, and why not.

Instances never overlap in slices of memory, and each profile may start at certain slices only
(NVIDIA, Multi-Instance GPU User Guide, "Getting Started with MIG"). An instance that is there does
not move: what is free may be too scattered for a profile that an empty GPU would take.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.tools.gpu.hardware.mig_profiles import Geometry, Media, Profile, canonical

_MOST = 32
"""More instances than any GPU takes."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An instance of a profile at its first slice of memory."""

    profile: Profile
    start: int

    @property
    def slices(self) -> frozenset[int]:
        """The slices of memory that it takes."""
        return frozenset(range(self.start, self.start + self.profile.size))


class Misfit(StrEnum):
    """Why instances are not to be had on one GPU."""

    UNKNOWN = "unknown profile"
    INSTANCES = "too many of one profile"
    COMPUTE = "too many slices of compute"
    MEMORY = "too many slices of memory"
    MEDIA = "media engines taken twice"
    PLACEMENT = "no place"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a layout does not fit, in a sentence that says what would."""

    misfit: Misfit
    sentence: str


Layout = tuple[Placed, ...]


def layout(geometry: Geometry, names: Iterable[str], there: Layout = ()) -> Layout | WhyNot:
    """Return where instances of the named profiles go beside those that are there, or why not.

    The answer holds the new ones only, the largest first: the order in which to create them,
    as the driver may else put a small one where a large one could have been.
    """
    wanted = list(names)
    unknown = next((name for name in wanted if geometry.profile(name) is None), None)
    if unknown is not None:
        return WhyNot(Misfit.UNKNOWN, _unknown(geometry, unknown))
    profiles = [found for name in wanted if (found := geometry.profile(name))]
    if refused := _exceeds(geometry, [*(one.profile for one in there), *profiles]):
        return refused
    taken = frozenset[int]().union(*(one.slices for one in there))
    placed = _place(sorted(profiles, key=lambda one: (-one.size, -one.compute, one.name)), taken)
    if placed is None:
        return WhyNot(Misfit.PLACEMENT, _no_place(geometry, profiles, there))
    return placed


def how_many(geometry: Geometry, name: str, there: Layout = ()) -> int:
    """Return how many more instances of one profile fit beside those that are there."""
    count = 0
    while count < _MOST and not isinstance(layout(geometry, [name] * (count + 1), there), WhyNot):
        count += 1
    return count


def _place(profiles: Sequence[Profile], taken: frozenset[int]) -> Layout | None:
    """Return a place for each profile, found by trying every start; None if there is none."""
    if not profiles:
        return ()
    first, rest = profiles[0], profiles[1:]
    for start in first.starts:
        placed = Placed(first, start)
        if taken.isdisjoint(placed.slices):
            others = _place(rest, taken | placed.slices)
            if others is not None:
                return (placed, *others)
    return None


def _exceeds(geometry: Geometry, profiles: Sequence[Profile]) -> WhyNot | None:
    """Return what of a GPU the profiles take too much of, wherever they are placed."""
    for name, count in Counter(one.name for one in profiles).items():
        profile = geometry.profile(name)
        if profile and count > profile.instances:
            most = f"at most {profile.instances} of {name} on a GPU, not {count}"
            return WhyNot(Misfit.INSTANCES, most)
    compute = sum(one.compute for one in profiles)
    if compute > geometry.compute:
        takes = f"they take {compute} slices of compute and a GPU has {geometry.compute}"
        return WhyNot(Misfit.COMPUTE, takes)
    memory = sum(one.size for one in profiles)
    if memory > geometry.memory:
        takes = f"they take {memory} slices of memory and a GPU has {geometry.memory}"
        return WhyNot(Misfit.MEMORY, takes)
    return _media(profiles)


def _media(profiles: Sequence[Profile]) -> WhyNot | None:
    extended = [one.name for one in profiles if one.media in {Media.EXTENSIONS, Media.ALL}]
    if len(extended) > 1:
        only = "of profiles with media extensions a GPU takes one instance"
        return WhyNot(Misfit.MEDIA, f"{only}, not {' and '.join(extended)}")
    alone = next((one.name for one in profiles if one.media is Media.ALL), None)
    sharing = next((one.name for one in profiles if one.media is Media.SHARE), None)
    if alone and sharing:
        return WhyNot(
            Misfit.MEDIA,
            f"{alone} takes every media engine, so that beside it go only profiles that end"
            f" in -me, not {sharing}",
        )
    return None


def _unknown(geometry: Geometry, name: str) -> str:
    near = geometry.nearest(name)
    meant = f"; nearest: {', '.join(near)}" if near else ""
    known = ", ".join(one.name for one in geometry.profiles)
    return f"no profile {canonical(name)[:40]!r} here{meant}; profiles: {known}"


def _no_place(geometry: Geometry, profiles: Sequence[Profile], there: Layout) -> str:
    names = [one.name for one in profiles]
    asked = " and ".join(f"{count} x {name}" for name, count in Counter(names).items())
    empty = layout(geometry, [*(one.profile.name for one in there), *names]) if there else None
    if empty is not None and not isinstance(empty, WhyNot):
        at = ", ".join(f"{one.profile.name} at {one.start}" for one in there)
        return f"no place for {asked} beside {at}: what is free is scattered; an emptied GPU has it"
    starts = ", ".join(
        f"{one.name} at {'/'.join(map(str, one.starts))}" for one in dict.fromkeys(profiles)
    )
    return f"no place for {asked} without overlap: they can start at these slices only: {starts}"
