"""How a Cluster does, in a word, and what is behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.cluster_api.cause import Cause, of_cluster, of_machine
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import MACHINE, Estate, by_name, paused
from clusterwright.tools.cluster_api.patience import ROLLOUT, wrong
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref


@dataclass(frozen=True, slots=True)
class Health:
    """A word, whether that is well, and the causes with how many objects show each."""

    state: str
    well: bool
    causes: tuple[tuple[Cause, int], ...] = ()


def health(estate: Estate, cluster: Manifest) -> Health:
    """Return how a Cluster does. One that only waits is not unwell: it is on its way."""
    causes = tuple(_grouped(list(_causes(estate, cluster))))
    if text(cluster, "metadata", "deletionTimestamp"):
        return Health("Deleting", well=True, causes=causes)
    if paused(cluster):
        return Health("Paused", well=True, causes=causes)
    if any(wrong(cause, estate.snapshot.now) for cause, _ in causes):
        return Health("Failing", well=False, causes=causes)
    available = condition_of(cluster, "Available", "Ready")
    if available is not None and available.status == "True":
        rolls = any(
            one is not None and one.status == "True"
            for one in (condition_of(cluster, kind) for kind in ("RollingOut", "ScalingUp"))
        )
        return Health("Changing" if rolls else "Available", well=True, causes=causes)
    if available is not None and _down(cluster, available, estate.snapshot.now):
        told = (available.type, available.reason, available.message, available.since)
        own = Cause(Ref.of(cluster), *told, waiting=False, where=available.where)
        return Health("Failing", well=False, causes=((own, 1), *causes))
    return Health("Provisioning", well=True, causes=causes)


def _down(cluster: Manifest, available: Condition, now: datetime) -> bool:
    """Return whether a Cluster that has an API server is not Available for longer than it takes."""
    made = condition_of(cluster, "ControlPlaneInitialized")
    if made is None or made.status != "True" or available.status != "False":
        return False
    times = [one.since for one in (made, available) if one.since is not None]
    return bool(times) and now - max(times) > ROLLOUT


def _causes(estate: Estate, cluster: Manifest) -> Iterator[Cause]:
    own = of_cluster(estate, cluster)
    if own is not None:
        yield own
    for machine in by_name(estate.of(MACHINE, cluster)):
        found = of_machine(estate, machine)
        if found is not None:
            yield found


def _grouped(causes: Sequence[Cause]) -> Iterator[tuple[Cause, int]]:
    """Yield equal causes once, what is wrong before what waits."""
    known: dict[tuple[str, str, str, str], list[Cause]] = {}
    for one in causes:
        message = one.message.replace(one.ref.name, "")
        known.setdefault((one.ref.kind, one.condition, one.reason, message), []).append(one)
    for found in sorted(known.values(), key=lambda group: (group[0].waiting, -len(group))):
        yield found[0], len(found)
