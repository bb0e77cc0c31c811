"""The way back from each write, as the journal keeps it: refused once anybody else has written.

These are changes like any other, planned and approved; they can be asked for only as
`undo` of a plan, because they come from the journal and not from a caller.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar, cast

from clusterwright.tools.diff import Difference, clean, same
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import MISSING, Path, put, read, spell
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.kind import Change, ObjectChange, existing
from clusterwright.tools.kubernetes.changes.patch import patched, require_staying
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Scene, Step, Verdict
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest, mapping, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.seal import canonical

_SINCE = "look at the object as it is now, and plan what it is to be"
_LOST = "there is nothing to go back to"


class Restore(ObjectChange):
    """Give fields their earlier values."""

    kind: ClassVar[str] = "restore"
    around: ClassVar[tuple[str, ...]] = AROUND
    uid: str
    fields: tuple[dict[str, Any], ...]
    """Each with `path`, and, where there was or is something, `before` and `after`."""
    known: dict[str, Any] | None = None
    """What the step left for its way back (`Step.back`)."""

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise RefusedError if a field is not as it was written."""
        now = existing(scene, self.object)
        if text(now, "metadata", "uid") != self.uid:
            raise RefusedError(f"{self.object} is another object by now", hint=_SINCE)
        require_staying(now)
        wanted: Json = now
        for one in self.fields:
            path = path_of(one["path"])
            if not same(read(clean(now), path), one.get("after", MISSING)):
                raise RefusedError(
                    f"somebody changed {spell(path)} of {self.object} since; nothing is undone",
                    hint=_SINCE,
                )
            wanted = put(wanted, path, one.get("before", MISSING))
        found = patched(self.object, now, cast("Manifest", wanted))
        return (found,) if found else ()


class Remove(ObjectChange):
    """Delete an object that a plan made."""

    kind: ClassVar[str] = "remove"
    around: ClassVar[tuple[str, ...]] = AROUND
    uid: str
    content: str
    """A digest of the object as it was made."""

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError if the object is not as it was made."""
        now = existing(scene, self.object)
        uid = text(now, "metadata", "uid")
        if uid != self.uid or (_fixed(self.object) and content_of(now) != self.content):
            raise RefusedError(
                f"somebody changed {self.object} since it was made; nothing is undone", hint=_SINCE
            )
        version = text(now, "metadata", "resourceVersion") if _fixed(self.object) else ""
        options = {"propagationPolicy": "Background"}
        return (
            Step(
                say=f"delete {self.object}, which the plan had made",
                write=Write(Verb.DELETE, self.object, options, uid=uid, version=version),
                before=now,
                checks=(gone(self.object, uid),),
                irreversible=_LOST,
            ),
        )


class Remake(Change):
    """Make an object again that a plan deleted."""

    kind: ClassVar[str] = "remake"
    manifest: dict[str, Any]

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The object."""
        return (Ref.of(self.manifest),)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one creation; raise RefusedError if there is such an object again."""
        ref = Ref.of(self.manifest)
        if ref in scene.live:
            raise RefusedError(f"there is a {ref} again; nothing is undone", hint=_SINCE)
        return (
            Step(
                say=f"make {ref} again",
                write=Write(Verb.CREATE, ref, self.manifest),
                checks=(Check(f"{ref} exists", ref, _exists),),
            ),
        )


INVERSES: tuple[type[Change], ...] = (Restore, Remove, Remake)


def inverse_of(step: Step, written: Manifest, changed: tuple[Difference, ...]) -> Manifest | None:
    """Return the change that undoes a step which has taken place; None where there is no way."""
    if step.irreversible:
        return None
    if step.write.verb is Verb.RUN:
        return step.inverse
    if step.write.verb is Verb.DELETE:
        made = clean(step.before or {})
        return {"kind": Remake.kind, "manifest": made}
    uid = text(written, "metadata", "uid")
    if step.before is None:
        content = content_of(written)
        return {"kind": Remove.kind, "object": str(step.ref), "uid": uid, "content": content}
    fields = fields_of(changed)
    found = {"kind": Restore.kind, "object": str(step.ref), "uid": uid, "fields": fields}
    return found | ({"known": step.back} if step.back else {})


def joined(back: Iterable[Manifest]) -> list[Manifest]:
    """Return inverses, the latest first, with those of fields of one object joined into one.

    It goes back to before the first of the writes, and asks that all is as the last one left it.
    """
    found: dict[Json, Manifest] = {}
    for place, one in enumerate(back):
        key = (one["object"], one["uid"]) if one["kind"] == Restore.kind else place
        later = found.get(key)
        fields = one if later is None else {**one, **later, "fields": _joined(later, one)}
        found[key] = fields
    return [one for one in found.values() if one.get("fields") != []]


def _joined(later: Manifest, earlier: Manifest) -> list[Manifest]:
    fields = {canonical(one["path"]): one for one in later["fields"]}
    for one in earlier["fields"]:
        key = canonical(one["path"])
        if (after := fields.get(key)) is not None:
            ends = {"after": after["after"]} if "after" in after else {}
            begins = {"before": one["before"]} if "before" in one else {}
            fields[key] = {"path": one["path"], **begins, **ends}
        else:
            fields[key] = one
    return [one for one in fields.values() if not _same_ends(one)]


def _same_ends(field: Manifest) -> bool:
    return same(field.get("before", MISSING), field.get("after", MISSING))


def fields_of(changed: Iterable[Difference]) -> list[Manifest]:
    """Return what differs as JSON; what is not there is left out."""
    return [_field(one) for one in changed]


def settled(inverse: Manifest | None, found: Manifest | None) -> Manifest | None:
    """Return the inverse of a write whose answer was lost, now that its object has been read."""
    if inverse is None or found is None or inverse["kind"] != Remove.kind:
        return inverse
    return {**inverse, "uid": text(found, "metadata", "uid"), "content": content_of(found)}


def content_of(manifest: Manifest) -> str:
    """Return a digest of what an object says, without what moves by itself."""
    kept = {key: value for key, value in clean(manifest).items() if key != "metadata"}
    labels = mapping(manifest, "metadata", "labels")
    return hashlib.sha256(canonical([kept, labels])).hexdigest()


def _fixed(ref: Ref) -> bool:
    """Return whether only people write an object: a Job's controller writes to its Job."""
    return ref.kind != "Job"


def _field(one: Difference) -> Manifest:
    values = {"before": one.before, "after": one.after}
    told = {key: value for key, value in values.items() if value is not MISSING}
    return {"path": list(one.path), **told}


def path_of(listed: list[Json]) -> Path:
    """Return a path that JSON has made lists of."""
    return tuple(
        (str(cast("list[Json]", one)[0]), str(cast("list[Json]", one)[1]))
        if isinstance(one, list)
        else one
        for one in listed
    )


def _exists(found: Manifest | None, _listed: object) -> Verdict:
    return Met() if found else Failed("it does not exist any more")
