"""Change fields of one object: image, resources, probe, selector, labels, whatever it has."""

from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.diff import Difference, clean, differences, merge_patch
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.field_path import MISSING, Path, parse, put, spell
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.proofs import proofs
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest, text, texts
from clusterwright.tools.ref import Ref

_KEPT: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
    ("metadata", "uid"),
    ("metadata", "resourceVersion"),
    ("metadata", "managedFields"),
    ("metadata", "ownerReferences"),
    ("metadata", "finalizers"),
    ("metadata", "deletionTimestamp"),
    ("status",),
)
"""Fields that a patch does not write: who an object is, and what its controller says of it."""
_ELSEWHERE = {"finalizers": "use kind remove_finalizer", "status": "its controller writes it"}


class Patch(ObjectChange):
    """Set fields by path; null removes one."""

    kind: ClassVar[str] = "patch"
    around: ClassVar[tuple[str, ...]] = AROUND
    set: dict[str, Json] = Field(min_length=1, max_length=40)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one merge patch, of what differs."""
        before = existing(scene, self.object)
        wanted = before
        for spelled, value in self.set.items():
            path = parse(spelled)
            _check(path, spelled, before)
            wanted = cast("Manifest", put(wanted, path, MISSING if value is None else value))
        found = patched(self.object, before, wanted)
        return (found,) if found else ()


def patched(ref: Ref, before: Manifest, wanted: Manifest) -> Step | None:
    """Return the step that makes an object what is wanted of it; None when it is so already."""
    changed = differences(clean(before), clean(wanted))
    if not changed:
        return None
    return Step(
        say=f"patch {ref}: {told(changed)}",
        write=Write(
            Verb.PATCH,
            ref,
            merge_patch(clean(before), clean(wanted)),
            uid=text(before, "metadata", "uid"),
            version=text(before, "metadata", "resourceVersion"),
        ),
        before=before,
        paths=tuple(one.path for one in changed),
        checks=proofs(ref, wanted, changed),
        irreversible=_irreversible(ref, changed),
    )


def told(changed: tuple[Difference, ...]) -> str:
    """Return which fields change, the first few by name."""
    names = list(dict.fromkeys(spell(one.path) for one in changed))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - a few
    return ", ".join(names[:3]) + more


def _irreversible(ref: Ref, changed: tuple[Difference, ...]) -> str:
    if ref.kind == "Secret" and any(one.path[0] in {"data", "stringData"} for one in changed):
        return "the earlier content of a Secret is not kept"
    if ref.kind == "PersistentVolumeClaim" and any("storage" in one.path for one in changed):
        return "a volume does not shrink"
    return ""


def _check(path: Path, spelled: str, before: Manifest) -> None:
    if any(path[: len(kept)] == kept or kept[: len(path)] == path for kept in _KEPT):
        instead = _ELSEWHERE.get(str(path[-1])) or _ELSEWHERE.get(str(path[0]))
        raise InvalidInputError(
            f"{spelled[:120]!r} is not for a patch to write",
            hint=instead or "name the field below it that is to change",
        )
    require_staying(before)


def require_staying(found: Manifest) -> None:
    """Raise RefusedError for an object that is being deleted: what is written may let it go."""
    if texts(found, "metadata", "finalizers") and text(found, "metadata", "deletionTimestamp"):
        raise RefusedError(
            f"{Ref.of(found)} is being deleted",
            hint="wait until it is gone; k8s_describe tells which finalizer holds it",
        )
