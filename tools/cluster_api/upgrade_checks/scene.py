"""What the checks of an upgrade look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Used:
    """An API version that is in use, and by what that shows."""

    group: str
    version: str
    resource: str
    how: str
    objects: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A Cluster, the version that it is to have, and its workload cluster as far as it was read."""

    parts: Parts
    asked: str
    goal: Version
    made_from: Manifest | None = None
    """Its ClusterClass, where it has one and that was read."""
    templates: Mapping[Ref, Manifest] = field(default_factory=dict[Ref, Manifest])
    """Machine templates that the control plane and the pools refer to."""
    release: tuple[Ref, Version] | None = None
    """Of Cluster API's core, and what tells it; None where nothing does."""
    workload: Snapshot | None = None
    unread: str = ""
    """Why the workload cluster was not read."""
    used: Sequence[Used] = ()
    """Of what the metric and the stored objects show."""
    unseen: Sequence[str] = ()
    """What of that could not be read, and why."""

    @property
    def current(self) -> Version | None:
        """The version that the control plane runs."""
        one = self.parts.control_plane
        spelled = (
            text(one, "status", "version"),
            text(one, "spec", "version"),
            text(self.parts.cluster, "spec", "topology", "version"),
        )
        return next((found for found in map(Version.of, spelled) if found), None)

    @property
    def topology(self) -> bool:
        """Whether a ClusterClass manages it."""
        return bool(text(self.parts.cluster, "spec", "topology", "version"))
