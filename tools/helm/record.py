"""A release as Helm keeps it: one record for each revision, in a Secret or a ConfigMap.

`data.release` is base64 of gzipped JSON, once more in base64 where it is a Secret's (helm/helm,
pkg/storage/driver/util.go). Helm 3 and Helm 4 write the same form; `apply_method` is Helm 4's.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import cast

import orjson

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
    texts,
)
from clusterwright.tools.ref import Ref

KIND = "HelmRelease"
"""How a Ref spells a release, which is no object: `HelmRelease/shop/cart`."""
OWNER, SECRET_TYPE = "owner=helm", "helm.sh/release.v1"
_PREFIX = "sh.helm.release.v1."
_GZIP = b"\x1f\x8b\x08"
_MOST_DIGITS = 10
"""Of a revision's number, and of a time in seconds: labels hold any text."""
USUALLY_KEPT = 10
"""Revisions that helm keeps unless it is told otherwise (helm/helm, pkg/cli/environment.go)."""
LIMIT = 1_048_576
"""Bytes that a Secret or ConfigMap takes (k8s.io/api, core/v1, MaxSecretSize)."""
_LARGEST = 64 * 2**20
"""Bytes of a record once it is unpacked: it is packed in at most one megabyte."""


class Status(StrEnum):
    """What became of a revision (helm/helm, pkg/release/common/status.go)."""

    UNKNOWN = "unknown"
    DEPLOYED = "deployed"
    UNINSTALLED = "uninstalled"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    UNINSTALLING = "uninstalling"
    PENDING_INSTALL = "pending-install"
    PENDING_UPGRADE = "pending-upgrade"
    PENDING_ROLLBACK = "pending-rollback"

    @property
    def pending(self) -> bool:
        """Whether Helm takes it for an operation under way, and refuses any other."""
        return self.value.startswith("pending-")

    @property
    def worked(self) -> bool:
        """Whether the operation ended well, though another one may have come after it."""
        return self in {Status.DEPLOYED, Status.SUPERSEDED}


_STATUSES = {one.value: one for one in Status}


def release_ref(namespace: str, name: str) -> Ref:
    """Return what names a release."""
    return Ref(KIND, name, namespace)


def namespaced_name(release: Ref) -> str:
    """Return a release as tools take it and answers tell it: `shop/cart`."""
    return f"{release.namespace}/{release.name}"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision, as the labels of its record tell it: no payload is read for this."""

    namespace: str
    name: str
    """Of the release."""
    number: int
    status: Status
    modified: datetime | None
    """When its record was last written."""
    record: Ref
    """The Secret or ConfigMap."""
    uid: str = ""

    @property
    def release(self) -> Ref:
        """The release that it is of."""
        return release_ref(self.namespace, self.name)


def revision_of(manifest: Manifest) -> Revision | None:
    """Return what the labels of a record tell; None for an object that is no record of Helm."""
    labels = labels_of(manifest)
    name, version = labels.get("name", ""), labels.get("version", "")
    if labels.get("owner") != "helm" or not name or not _counts(version):
        return None
    return Revision(
        namespace_of(manifest),
        name,
        int(version),
        status_of(labels.get("status", "")),
        _modified(manifest),
        Ref(text(manifest, "kind"), name_of(manifest), namespace_of(manifest)),
        text(manifest, "metadata", "uid"),
    )


def deployed(revisions: Iterable[Revision]) -> Revision | None:
    """Return the newest revision that is deployed: what runs, as far as Helm knows."""
    return next((one for one in revisions if one.status is Status.DEPLOYED), None)


def _modified(manifest: Manifest) -> datetime | None:
    """Return when a record was last written, as far as its metadata tells.

    Helm gives a new revision the labels of the one before, `modifiedAt` among them, which then is
    older than the record itself.
    """
    label = labels_of(manifest).get("modifiedAt", "")
    told = datetime.fromtimestamp(int(label), UTC) if _counts(label) else None
    made = instant(manifest, "metadata", "creationTimestamp")
    return max((one for one in (told, made) if one is not None), default=None)


def _counts(label: str) -> bool:
    return label.isascii() and label.isdecimal() and len(label) <= _MOST_DIGITS


def status_of(spelled: str) -> Status:
    """Return a status; unknown for what Helm does not write."""
    return _STATUSES.get(spelled, Status.UNKNOWN)


def record_name(name: str, revision: int) -> str:
    """Return the name of a revision's Secret or ConfigMap."""
    return f"{_PREFIX}{name}.v{revision}"


@dataclass(frozen=True)
class Hook:
    """An object that Helm makes at some point of an operation, apart from the release's own."""

    name: str
    kind: str
    events: tuple[str, ...]
    weight: int
    phase: str
    """Of its last run: Unknown, Running, Succeeded, Failed; empty if it never ran."""
    started: datetime | None
    completed: datetime | None
    delete_policies: tuple[str, ...]
    manifest: str
    path: str


@dataclass(frozen=True)
class Release:
    """One revision whole. Values, manifest and notes hold secrets: redact before showing."""

    raw: Manifest
    size: int = 0
    """Bytes of the record as it is stored, of the 1,048,576 that fit."""

    @property
    def name(self) -> str:
        """The release's name."""
        return text(self.raw, "name")

    @property
    def namespace(self) -> str:
        """The namespace in which it was installed."""
        return text(self.raw, "namespace")

    @property
    def ref(self) -> Ref:
        """What names the release."""
        return release_ref(self.namespace, self.name)

    @property
    def revision(self) -> int:
        """Its number, from 1."""
        return number(self.raw, "version")

    @property
    def status(self) -> Status:
        """What became of it."""
        return status_of(text(self.raw, "info", "status"))

    @property
    def description(self) -> str:
        """What Helm said of its end, such as `Upgrade "cart" failed: ...`."""
        return text(self.raw, "info", "description")

    @property
    def deployed_at(self) -> datetime | None:
        """When the operation that made it began."""
        return instant(self.raw, "info", "last_deployed")

    @property
    def began(self) -> datetime | None:
        """When its last operation began, an uninstallation too, by the clock of who ran it."""
        found = (self.deployed_at, instant(self.raw, "info", "deleted"))
        return max((one for one in found if one is not None), default=None)

    @property
    def first_deployed(self) -> datetime | None:
        """When the release was first installed."""
        return instant(self.raw, "info", "first_deployed")

    @property
    def rolled_back_to(self) -> int:
        """The revision that it returned to; 0 where it is no rollback, or Helm 3 made it."""
        return number(self.raw, "info", "rollback_revision")

    @property
    def notes(self) -> str:
        """What NOTES.txt rendered to."""
        return text(self.raw, "info", "notes")

    @property
    def chart(self) -> Manifest:
        """The chart: metadata, values, schema, templates and files, but not its dependencies'."""
        return mapping(self.raw, "chart")

    @property
    def chart_name(self) -> str:
        """The name in Chart.yaml."""
        return text(self.raw, "chart", "metadata", "name")

    @property
    def chart_version(self) -> str:
        """The version in Chart.yaml."""
        return text(self.raw, "chart", "metadata", "version")

    @property
    def chart_label(self) -> str:
        """Name and version of the chart, as `helm list` and the label helm.sh/chart have them."""
        return f"{self.chart_name}-{self.chart_version}".strip("-")

    @property
    def app_version(self) -> str:
        """The appVersion in Chart.yaml."""
        return text(self.raw, "chart", "metadata", "appVersion")

    @property
    def supplied(self) -> Manifest:
        """The values that were supplied by whoever installed or upgraded it."""
        return mapping(self.raw, "config")

    @property
    def defaults(self) -> Manifest:
        """The chart's own values."""
        return mapping(self.raw, "chart", "values")

    @property
    def manifest(self) -> str:
        """What the templates rendered to, without hooks and CRDs."""
        return text(self.raw, "manifest")

    @property
    def server_side(self) -> bool:
        """Whether it was applied server-side, as Helm 4 does; Helm 3 merges on its own side."""
        return text(self.raw, "apply_method") == "ssa"

    @property
    def crd_files(self) -> tuple[Manifest, ...]:
        """The files of its `crds` folder, `name` and base64 `data`; they are among the others."""
        files = items(self.raw, "chart", "files")
        return tuple(one for one in files if text(one, "name").startswith("crds/"))

    @cached_property
    def hooks(self) -> tuple[Hook, ...]:
        """Its hooks, in the order of the record."""
        return tuple(_hook(one) for one in items(self.raw, "hooks"))


def _hook(one: Manifest) -> Hook:
    ran = mapping(one, "last_run")
    return Hook(
        text(one, "name"),
        text(one, "kind"),
        tuple(texts(one, "events")),
        number(one, "weight"),
        text(ran, "phase"),
        instant(ran, "started_at"),
        instant(ran, "completed_at"),
        tuple(texts(one, "delete_policies")),
        text(one, "manifest"),
        text(one, "path"),
    )


def decode(manifest: Manifest) -> Release:
    """Return the release of a record; raise InvalidInputError for one that cannot be read."""
    stored = dig(manifest, "data", "release")
    named = Ref(text(manifest, "kind") or "Secret", name_of(manifest), namespace_of(manifest))
    if not isinstance(stored, str) or not stored:
        raise _unreadable(named, "it holds no release")
    packed = stored.encode()
    try:
        if text(manifest, "kind") != "ConfigMap":
            packed = base64.b64decode(packed)
        body = base64.b64decode(packed)
        found = orjson.loads(_unpacked(body, named))
    except (binascii.Error, zlib.error, orjson.JSONDecodeError) as error:
        raise _unreadable(named, str(error)) from error
    if not isinstance(found, dict):
        raise _unreadable(named, "it is no JSON object")
    return Release(cast("Manifest", found), len(packed))


def _unpacked(body: bytes, named: Ref) -> bytes:
    if not body.startswith(_GZIP):
        return body  # as Helm 2 wrote it, and Helm 3 still reads it
    worker = zlib.decompressobj(wbits=31)
    found = worker.decompress(body, _LARGEST)
    if worker.unconsumed_tail:
        raise _unreadable(named, f"it unpacks to more than {_LARGEST >> 20} MiB")
    return found


def _unreadable(named: Ref, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{named} is no release record that can be read: {why}",
        hint="helm history tells whether Helm itself reads it",
    )
