"""What going back to an earlier revision does not bring back."""

from collections.abc import Iterator

from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.record import Release

_DATA = frozenset({"PersistentVolumeClaim", "StatefulSet", "PersistentVolume"})
_BEFORE = frozenset({"pre-install", "post-install", "pre-upgrade", "post-upgrade"})


def not_brought_back(found: Outlook) -> tuple[str, ...]:
    """Return what a rollback leaves as it is, a sentence each."""
    return tuple(_told(found)) if found.target is not None and found.newest is not None else ()


def _told(found: Outlook) -> Iterator[str]:
    gone = [one.ref for one in found.wanted if one.ref not in found.live and one.ref.kind in _DATA]
    if gone:
        names = ", ".join(map(str, gone))
        yield f"is made again without the data that it had: {names}"
    newest = found.newest
    target = found.target
    if newest is None or target is None:
        return
    ran = [one for one in newest.hooks if _BEFORE & set(one.events) and one.phase == "Succeeded"]
    if ran:
        names = ", ".join(f"{one.kind} {one.name}" for one in ran)
        yield f"what the hooks of revision {newest.revision} did stays done: {names}"
    if _crds(newest) != _crds(target):
        yield "CustomResourceDefinitions stay as they are: Helm never changes those of a chart"
    if newest.server_side != target.server_side:
        way = "server-side" if target.server_side else "by Helm's own merge, as Helm 3 did"
        yield f"revision {target.revision} was applied {way}, and is so again"


def _crds(release: Release) -> tuple[str, ...]:
    return tuple(sorted(str(one["data"]) for one in release.crd_files))
