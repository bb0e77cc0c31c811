"""Kubernetes versions of a cluster: which step is allowed, and over which others it leads."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from clusterwright.tools.errors import InvalidInputError, RefusedError

_VERSION = re.compile(
    r"v?(\d{1,3})\.(\d{1,3})\.(\d{1,3})((?:[-+][0-9A-Za-z.+-]{1,60})?)\Z", re.ASCII
)
_SKEW = 3
"""Minors that a kubelet may be behind its API server (kubernetes.io, version skew policy)."""


class Version(NamedTuple):
    """A version; what follows a `-` or `+` does not count in comparisons."""

    major: int
    minor: int
    patch: int


def spelled(version: str) -> str:
    """Return a version as Cluster API writes it, with a v; raise InvalidInputError."""
    if not _VERSION.match(version):
        raise InvalidInputError(
            f"{version[:60]!r} is no Kubernetes version", hint="write it whole, as in v1.36.3"
        )
    return version if version.startswith("v") else f"v{version}"


def parsed(version: str) -> Version | None:
    """Return a version to compare; None for what is none."""
    found = _VERSION.match(version)
    return Version(int(found[1]), int(found[2]), int(found[3])) if found else None


def way(
    now: str, wanted: str, offered: Sequence[str], *, of: str, planned: bool = False
) -> tuple[str, ...]:
    """Return the versions that an upgrade leads over, the wanted one last.

    `offered` are those that a ClusterClass lists, over which it may chain; where it lists none, a
    runtime extension may have it `planned`. Raises RefusedError for a downgrade, for minors that
    would be skipped, and for a version that the class does not offer.
    """
    old, new = parsed(now), parsed(wanted)
    if old is None or new is None:
        return (wanted,)  # the API server judges it
    if new < old:
        raise RefusedError(
            f"{of} runs {now}; Kubernetes does not go back to {wanted}",
            hint="make a cluster of that version, and move what runs there",
        )
    if offered and wanted not in offered:
        raise RefusedError(
            f"the class of {of} does not offer {wanted}",
            hint=f"it offers {', '.join(offered)}",
        )
    if planned and not offered and new.major == old.major:
        return (wanted,)
    if new.major != old.major or new.minor - old.minor > 1:
        return _chain(old, new, wanted, offered, of)
    return (wanted,)


def _chain(
    old: Version, new: Version, wanted: str, offered: Sequence[str], of: str
) -> tuple[str, ...]:
    """Return an upgrade over each minor, which Cluster API plans itself where a class lists them.

    It takes the latest patch of each minor in between (cluster-api, exp/topology/desiredstate).
    """
    known = sorted((found, one) for one in offered if (found := parsed(one)) is not None)
    over: list[str] = []
    for minor in range(old.minor + 1, new.minor):
        fitting = [one for found, one in known if (found.major, found.minor) == (old.major, minor)]
        if not fitting:
            raise RefusedError(
                f"{of} would skip v{old.major}.{minor}: an upgrade goes one minor at a time",
                hint=f"upgrade to a version v{old.major}.{old.minor + 1}.x first",
            )
        over.append(fitting[-1])
    return (*over, wanted)


def too_far_behind(machine: str, control_plane: str) -> bool:
    """Return whether a kubelet would be too old for an API server."""
    old, new = parsed(machine), parsed(control_plane)
    return old is not None and new is not None and new.minor - old.minor > _SKEW
