"""What a change of a release is worked out from: its records, what it renders to, what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from clusterwright.tools.errors import ConflictError, NotFoundError
from clusterwright.tools.field_path import Path
from clusterwright.tools.helm.client.program import Driver
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.record import Release, Revision
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref


@dataclass(frozen=True)
class Chart:
    """The chart that is to be installed, as an archive that stays as it is."""

    archive: str
    """Its path."""
    digest: str
    """Of the archive, as `sha256:...`."""
    source: str
    """Where it came from, in words."""
    name: str
    version: str
    provenance: str = ""
    changed: str = ""
    """A sentence on a version that was another one before."""
    crds: tuple[Manifest, ...] = ()
    """Of its `crds` folder, which Helm installs and never changes."""
    values: Manifest = field(default_factory=dict[str, Any], repr=False)
    """Its own, without those of the charts below."""
    chance: bool = False
    """Whether its templates use random values or the clock."""


@dataclass(frozen=True)
class Outlook:
    """A release as it is, and as it would be."""

    ref: Ref
    history: tuple[Revision, ...] = ()
    """Newest first; empty where there is no such release."""
    newest: Release | None = None
    deployed: Release | None = None
    target: Release | None = None
    """What the change makes of it: what the chart renders to, or an earlier revision."""
    present: tuple[Object, ...] = ()
    """The objects of the revision that Helm compares with."""
    wanted: tuple[Object, ...] = ()
    """The objects of `target`."""
    hooks: tuple[Object, ...] = ()
    """The objects of its hooks."""
    live: Mapping[Ref, Manifest] = field(default_factory=dict["Ref", "Manifest"])
    """All of these that there are, with managedFields."""
    chart: Chart | None = None
    supplied: Manifest = field(default_factory=dict[str, Any])
    """The values that it is to have, beside the chart's own."""
    random: Mapping[Ref, tuple[Path, ...]] = field(default_factory=dict["Ref", "tuple[Path, ...]"])
    """Fields that are rendered to something else each time."""
    unnamed: frozenset[Ref] = frozenset()
    """Objects whose names are rendered otherwise each time: no plan is bound to these."""
    apart: bool = False
    """Whether it was rendered apart from the cluster, whose CRDs come with the chart."""
    homeless: bool = False
    """Whether the namespace is not there."""
    helm: str = ""
    """The version of the program."""

    @property
    def number(self) -> int:
        """The newest revision's number; 0 where there is none."""
        return self.history[0].number if self.history else 0

    @cached_property
    def secrets(self) -> frozenset[str]:
        """What the release holds of secrets, as it is and as it would be."""
        revisions = [one for one in (self.newest, self.deployed, self.target) if one is not None]
        veils = [Veil.of(one) for one in {id(one): one for one in revisions}.values()]
        return frozenset(secret for one in veils for secret in one.secrets)

    @property
    def nameless(self) -> tuple[str, ...]:
        """What a plan is bound to of the objects whose names are new each time."""
        made = [one for one in (*self.wanted, *self.hooks) if one.ref in self.unnamed]
        return tuple(f"{one.ref.kind} of {one.source} in {one.ref.namespace}" for one in made)

    @property
    def state(self) -> str:
        """What tells whether anything happened to the release since, as `7:deployed`."""
        return f"{self.number}:{self.history[0].status}" if self.history else "none"

    @property
    def driver(self) -> Driver:
        """Where its records are, in Helm's words."""
        kind = self.history[0].record.kind if self.history else "Secret"
        return "configmap" if kind == "ConfigMap" else "secret"


def outlook_of(scene: Scene, ref: Ref) -> Outlook:
    """Return what the survey found about a release."""
    found = scene.prepared.get(ref)
    if not isinstance(found, Outlook):
        raise ConflictError(f"nothing is known of {ref}", hint="this is a fault of ours")
    return found


def existing_release(scene: Scene, ref: Ref) -> Outlook:
    """Return what is known of a release that is there; raise NotFoundError."""
    found = outlook_of(scene, ref)
    if not found.history:
        raise NotFoundError(
            f"there is no {ref} on {scene.cluster}",
            hint="helm_list_releases lists what there is; install makes a new one",
        )
    return found
