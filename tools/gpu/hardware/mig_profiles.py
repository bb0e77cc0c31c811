"""The MIG profiles of each product, as NVIDIA publishes them.

Sources: NVIDIA, Multi-Instance GPU User Guide, "Supported MIG Profiles" (names, slices, instances)
and "Getting Started with MIG" (ids and placements as `nvidia-smi mig -lgip` and `-lgipp` print
them); for the GB200, of which the guide prints no table, NVIDIA/mig-parted, deployments/systemd/
config-default.yaml. Profiles and placements are those of GPU instances, without compute instances.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Media(StrEnum):
    """Which of the engines for video, JPEG and optical flow an instance gets."""

    SHARE = "share"
    """As many as its part of the GPU."""
    EXTENSIONS = "extensions"
    """`+me`: also the engine of which a GPU has but one, so that one instance at most has them."""
    ALL = "all"
    """`+me.all`: every one of them, so that all other instances must do without."""
    NONE = "none"
    """`-me`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of GPU instance: how much of a GPU it takes, and where on it that may be."""

    name: str
    """As NVIDIA spells it: `1g.10gb+me`."""
    id: int
    """By which `nvidia-smi mig -cgi` takes it."""
    compute: int
    """Slices of compute; the `1g` of its name."""
    size: int
    """Slices of memory."""
    starts: tuple[int, ...]
    """First slices of memory at which one can be placed."""
    instances: int
    """How many an otherwise empty GPU takes."""
    media: Media = Media.SHARE

    @property
    def gigabytes(self) -> int:
        """The memory in its name."""
        return gigabytes_of(self.name)


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a product can be split."""

    compute: int
    """Slices of compute that can be given away."""
    memory: int
    """Slices of memory."""
    profiles: tuple[Profile, ...]

    def profile(self, name: str) -> Profile | None:
        """Return a profile by its name, in NVIDIA's spelling or as in a resource's name."""
        spelled = canonical(name)
        return next((one for one in self.profiles if one.name == spelled), None)

    def nearest(self, name: str, most: int = 3) -> tuple[str, ...]:
        """Return the names of profiles that may have been meant, the likeliest first.

        As many slices of compute count more than letters: `2g.10gb` of an A100 with 40 GB is
        `2g.20gb` of one with 80 GB.
        """
        known = [one.name for one in self.profiles]
        spelled = canonical(name)
        same = [one for one in known if one.partition("g.")[0] == spelled.partition("g.")[0]]
        near = difflib.get_close_matches(spelled, known, n=most, cutoff=0.5)
        plain = sorted(same, key=lambda one: (len(one), known.index(one)))
        return tuple(dict.fromkeys([*plain, *near]))[:most]


_GIGABYTES = re.compile(r"\.(\d+)gb")
_ATTRIBUTE = re.compile(r"(gb)\.(?=[a-z])")
_COMPUTE_INSTANCE = re.compile(r"\A(\d+)c\.(?=\d+g\.)")


def gigabytes_of(name: str) -> int:
    """Return the memory in the name of a profile; 0 for what is no such name."""
    found = _GIGABYTES.search(name)
    return int(found[1]) if found else 0


def canonical(name: str) -> str:
    """Return the name of a profile as NVIDIA spells it: `MIG 1g.10gb.me` is `1g.10gb+me`.

    A label or a resource cannot hold a `+`. `1c.3g.40gb`, a part of an instance, is its instance.
    """
    spelled = name.strip().removeprefix("MIG ").removeprefix("mig-").lower()
    return _ATTRIBUTE.sub(r"\1+", _COMPUTE_INSTANCE.sub("", spelled))


def _sevenths(one: int, two: int, half: int, whole: int) -> Geometry:
    """Return how GA100, GH100 and GB100 are split: 7 slices of compute, 8 of memory."""
    each = tuple(range(7))
    return Geometry(
        7,
        8,
        (
            Profile(f"1g.{one}gb", 19, 1, 1, each, 7),
            Profile(f"1g.{one}gb+me", 20, 1, 1, each, 1, Media.EXTENSIONS),
            Profile(f"1g.{two}gb", 15, 1, 2, (0, 2, 4, 6), 4),
            Profile(f"2g.{two}gb", 14, 2, 2, (0, 2, 4), 3),
            Profile(f"3g.{half}gb", 9, 3, 4, (0, 4), 2),
            Profile(f"4g.{half}gb", 5, 4, 4, (0,), 1),
            Profile(f"7g.{whole}gb", 0, 7, 8, (0,), 1),
        ),
    )


_A30 = Geometry(
    4,
    4,
    (
        Profile("1g.6gb", 14, 1, 1, (0, 1, 2, 3), 4),
        Profile("1g.6gb+me", 21, 1, 1, (0, 1, 2, 3), 1, Media.EXTENSIONS),
        Profile("2g.12gb", 5, 2, 2, (0, 2), 2),
        Profile("2g.12gb+me", 6, 2, 2, (0, 2), 1, Media.EXTENSIONS),
        Profile("4g.24gb", 0, 4, 4, (0,), 1),
    ),
)
_QUARTERS, _HALVES = (0, 3, 6, 9), (0, 6)
_RTX_PRO_6000 = Geometry(
    4,
    12,
    (
        Profile("1g.24gb", 14, 1, 3, _QUARTERS, 4),
        Profile("1g.24gb+me", 21, 1, 3, _QUARTERS, 1, Media.EXTENSIONS),
        Profile("1g.24gb+gfx", 47, 1, 3, _QUARTERS, 4),
        Profile("1g.24gb+me.all", 65, 1, 3, _QUARTERS, 1, Media.ALL),
        Profile("1g.24gb-me", 67, 1, 3, _QUARTERS, 4, Media.NONE),
        Profile("2g.48gb", 5, 2, 6, _HALVES, 2),
        Profile("2g.48gb+gfx", 35, 2, 6, _HALVES, 2),
        Profile("2g.48gb+me.all", 64, 2, 6, _HALVES, 1, Media.ALL),
        Profile("2g.48gb-me", 66, 2, 6, _HALVES, 2, Media.NONE),
        Profile("4g.96gb", 0, 4, 12, (0,), 1),
        Profile("4g.96gb+gfx", 32, 4, 12, (0,), 1),
    ),
)

GEOMETRIES: Mapping[str, Geometry] = {
    "A30": _A30,
    "A100-40GB": _sevenths(5, 10, 20, 40),
    "A100-80GB": _sevenths(10, 20, 40, 80),
    "H100-80GB": _sevenths(10, 20, 40, 80),
    "H100-94GB": _sevenths(12, 24, 47, 94),
    "H100-96GB": _sevenths(12, 24, 48, 96),
    "GH200-144GB": _sevenths(18, 36, 72, 144),
    "H200": _sevenths(18, 35, 71, 141),
    "B200": _sevenths(23, 45, 90, 180),
    "GB200": _sevenths(23, 47, 93, 186),
    "RTX-PRO-6000": _RTX_PRO_6000,
}
"""By the family of the guide's tables; the H100 of a GH200 and the H20 are `H100-96GB`."""

_RESOURCE = "nvidia.com/mig-"


def resource_of(profile: str) -> str:
    """Return the resource that counts instances of a profile: `nvidia.com/mig-1g.10gb.me`.

    Source: NVIDIA/k8s-device-plugin, internal/rm: a `+` becomes a dot.
    """
    return f"{_RESOURCE}{canonical(profile).replace('+', '.')}"


def profile_of(resource: str) -> str | None:
    """Return the profile whose instances a resource counts; None for another resource."""
    name = resource.removeprefix(_RESOURCE)
    return canonical(name) if name != resource and gigabytes_of(name) else None
