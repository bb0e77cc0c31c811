"""Kubernetes versions of a cluster: which step is allowed, and over which others it leads."""

from collections.abc import Sequence

from clusterwright.tools.cluster_api.version import KUBELET_MINORS, Version, plan
from clusterwright.tools.errors import RefusedError


def spelled(version: str) -> str:
    """Return a version as Cluster API writes it, with a v; raise InvalidInputError."""
    Version.asked(version)
    return version if version.startswith("v") else f"v{version}"


def way(
    now: str, wanted: str, offered: Sequence[str], *, of: str, planned: bool = False
) -> tuple[str, ...]:
    """Return the versions that an upgrade leads over, the wanted one last.

    `offered` are those that a ClusterClass lists, over which it may chain; where it lists none, a
    runtime extension may have it `planned`. Raises RefusedError for a downgrade, for minors that
    would be skipped, and for a version that the class does not offer.
    """
    old, new = Version.of(now), Version.of(wanted)
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
    """Return an upgrade over each minor, as Cluster API plans it where a class lists them."""
    hops = plan(offered, old, new)
    minors = {found.minor for found in map(Version.of, hops) if found}
    for minor in range(old.minor + 1, new.minor):
        if minor not in minors:
            raise RefusedError(
                f"{of} would skip v{old.major}.{minor}: an upgrade goes one minor at a time",
                hint=f"upgrade to a version v{old.major}.{old.minor + 1}.x first",
            )
    return (*hops[:-1], wanted)


def too_far_behind(machine: str, control_plane: str) -> bool:
    """Return whether a kubelet would be too old for an API server."""
    old, new = Version.of(machine), Version.of(control_plane)
    return old is not None and new is not None and new.minor - old.minor > KUBELET_MINORS
