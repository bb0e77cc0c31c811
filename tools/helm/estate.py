"""What is known of all releases at one moment: their records, and their objects as they stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from clusterwright.tools.errors import ToolError
from clusterwright.tools.helm.hooks import hooks_of
from clusterwright.tools.helm.marks import released_by
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.record import Release, Revision, deployed
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

Served = frozenset[tuple[str, str]]
"""Version and kind of what an API group serves."""
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


@dataclass(frozen=True)
class Standing:
    """One release: its revisions, newest first, and those of its records that were read."""

    ref: Ref
    revisions: tuple[Revision, ...]
    records: Mapping[int, Release]
    """By the revision's number."""
    manifests: Mapping[int, tuple[Object, ...]]
    """The objects of a revision, by its number, as they are placed on the cluster."""

    @property
    def newest(self) -> Revision:
        """The newest revision, whatever became of it."""
        return self.revisions[0]

    @property
    def deployed(self) -> Revision | None:
        """The revision that Helm takes for the one that runs."""
        return deployed(self.revisions)

    @property
    def settled(self) -> bool:
        """Whether the newest revision is the deployed one: the cluster should be as it says."""
        return self.deployed is self.newest

    @property
    def current(self) -> Revision:
        """The deployed revision, or the newest where none is."""
        return self.deployed or self.newest

    @property
    def record(self) -> Release | None:
        """The record of the newest revision."""
        return self.records.get(self.newest.number)

    @property
    def began(self) -> datetime | None:
        """When its last operation began; by its metadata where the record was not read."""
        return self.record.began if self.record else self.newest.modified

    @property
    def current_record(self) -> Release | None:
        """The record of the current revision."""
        return self.records.get(self.current.number)

    @property
    def objects(self) -> tuple[Object, ...]:
        """The objects of the current revision."""
        return self.manifests.get(self.current.number, ())


@dataclass(frozen=True)
class Estate(Snapshot):
    """A Snapshot with the releases of a cluster; live objects carry their managedFields.

    Of kinds that releases have, what Helm marked as its own was listed; of Pods, those that are
    pending.
    """

    revisions: Mapping[Ref, tuple[Revision, ...]] = field(
        default_factory=dict[Ref, tuple[Revision, ...]]
    )
    """By release, newest first."""
    records: Mapping[Ref, Release | ToolError] = field(
        default_factory=dict[Ref, Release | ToolError]
    )
    """By the record's Ref; for some, why they were not read."""
    manifests: Mapping[Ref, tuple[Object, ...]] = field(
        default_factory=dict[Ref, tuple[Object, ...]]
    )
    """By the record's Ref, of the newest and the deployed revisions."""
    serves: Mapping[str, Served | None] = field(default_factory=dict[str, Served | None])
    """By API group, of groups that a manifest names; None where it is not known."""
    absent: frozenset[Ref] = frozenset()
    """Hooks' objects and CRDs that were asked for by name and do not exist."""
    all_records: bool = True
    """Whether every place was listed where records of releases are seen from the cluster."""

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Every release, by namespace and name."""
        return tuple(self._standing(ref) for ref in sorted(self.revisions))

    def standing(self, ref: Ref) -> Standing | None:
        """Return one release."""
        return self._by_release.get(ref)

    def live_of(self, release: Ref) -> Sequence[Manifest]:
        """Return the live objects that say they are of a release."""
        return self._live.get(release, ())

    def _standing(self, ref: Ref) -> Standing:
        revisions = self.revisions[ref]
        read = {one.number: self.records.get(one.record) for one in revisions}
        return Standing(
            ref,
            revisions,
            {number: one for number, one in read.items() if isinstance(one, Release)},
            {one.number: self.manifests.get(one.record, ()) for one in revisions},
        )

    @cached_property
    def _by_release(self) -> Mapping[Ref, Standing]:
        return {one.ref: one for one in self.standings}

    @cached_property
    def _live(self) -> Mapping[Ref, list[Manifest]]:
        found: dict[Ref, list[Manifest]] = defaultdict(list)
        for objects in self.objects.values():
            for one in objects:
                release = released_by(one)
                if release is not None:
                    found[release].append(one)
        return dict(found)


def estate_of(snapshot: Snapshot) -> Estate:
    """Return the estate that analyzers were handed; one without releases for another Snapshot."""
    if isinstance(snapshot, Estate):
        return snapshot
    return Estate(
        snapshot.cluster, snapshot.now, snapshot.objects, snapshot.coverage, snapshot.namespace
    )


def hook_owners(estate: Estate) -> Mapping[Ref, Ref]:
    """Return the releases of the objects that hooks make, which carry no mark of Helm."""
    return {
        one.ref: standing.ref
        for standing in estate.standings
        for record in (standing.current_record, standing.record)
        if record is not None
        for one in hooks_of(record)
    }
