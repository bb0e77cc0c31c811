"""Kubernetes versions: read, compared, and the way from one to another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from clusterwright.tools.errors import InvalidInputError

_FORM = re.compile(
    r"v?(\d{1,3})\.(\d{1,3})\.(\d{1,3})(-[0-9A-Za-z.-]{1,60})?(\+[0-9A-Za-z.-]{1,60})?\Z", re.ASCII
)
KUBELET_MINORS = 3
"""Minors that a kubelet may be older than its API server (Kubernetes, "Version Skew Policy")."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version; what comes before a release, and whose build it is, does not count."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, spelled: str) -> Self | None:
        """Read a version; None for what is none."""
        form = _FORM.match(spelled.strip())
        return cls(int(form[1]), int(form[2]), int(form[3])) if form else None

    @classmethod
    def asked(cls, spelled: str) -> Self:
        """Read a version as somebody wrote it; raise InvalidInputError for what is none."""
        found = cls.of(spelled) if spelled == spelled.strip() else None
        if found is None:
            raise InvalidInputError(
                f"{spelled[:60]!r} is no Kubernetes version", hint="write it whole, as in v1.36.3"
            )
        return found

    def __str__(self) -> str:
        """Return it as Kubernetes spells it."""
        return f"v{self.major}.{self.minor}.{self.patch}"

    @property
    def line(self) -> str:
        """Return its minor release, as in 1.36."""
        return f"{self.major}.{self.minor}"


def plan(listed: Sequence[str], start: Version, goal: Version) -> tuple[str, ...]:
    """Return the hops of a chained upgrade from the versions that a class lists.

    The last of each minor up to the goal (cluster-api exp/topology/desiredstate/upgrade_plan.go,
    GetUpgradePlanFromClusterClassVersions).
    """
    hops: dict[int, str] = {}
    for one in listed:
        found = Version.of(one)
        if found is not None and start < found <= goal:
            hops[found.minor] = one
    if goal.minor != start.minor:
        hops.pop(start.minor, None)  # a patch on the way is left out
    return tuple(hops[minor] for minor in sorted(hops))
