"""The journal of an apply: an entry before and after each write, so that a kill leaves no doubt."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from clusterwright.tools.diff import clean, same
from clusterwright.tools.field_path import MISSING, read
from clusterwright.tools.kubernetes.changes.inverse import path_of
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref

BEGIN, DONE, FAILED = "begin", "done", "failed"


@dataclass(frozen=True, slots=True)
class Written:
    """A write that took place, and its way back, where there is one."""

    place: int
    ref: Ref
    inverse: Manifest | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan came."""

    written: tuple[Written, ...]
    doubtful: tuple[Manifest, ...]
    """Entries of writes that began, and of which nothing else is known."""


def begun(place: int, step: Step, inverse: Manifest | None, fields: list[Manifest]) -> Manifest:
    """Return the entry before a write: enough to find out later whether it took place."""
    return {
        "what": BEGIN,
        "step": place,
        "say": step.say,
        "verb": step.write.verb,
        "object": str(step.ref),
        "uid": step.write.uid,
        "version": step.write.version,
        "fields": fields,
        "inverse": inverse,
    }


def done(entry: Manifest, inverse: Manifest | None) -> Manifest:
    """Return the entry after a write that took place."""
    return {**entry, "what": DONE, "fields": [], "inverse": inverse}


def progress_of(entries: Iterable[Manifest]) -> Progress:
    """Return what a journal tells."""
    written: dict[int, Written] = {}
    open_: dict[int, Manifest] = {}
    for one in entries:
        place = int(one["step"])
        if one["what"] == BEGIN:
            open_[place] = one
            continue
        open_.pop(place, None)
        if one["what"] == DONE:
            ref = Ref.parse(str(one["object"]))
            written[place] = Written(place, ref, cast("Any", one.get("inverse")))
    return Progress(tuple(written[place] for place in sorted(written)), tuple(open_.values()))


def took_place(entry: Manifest, found: Manifest | None) -> bool:
    """Return whether a write that began did what it was to do, by its object as it is now."""
    verb, uid = Verb(str(entry["verb"])), str(entry["uid"])
    if verb in {Verb.DELETE, Verb.EVICT}:
        return found is None or text(found, "metadata", "uid") != uid
    if found is None:
        return False
    if not uid:
        return True  # it was to be made, and is there
    if text(found, "metadata", "uid") != uid:
        return False
    if text(found, "metadata", "resourceVersion") == entry["version"]:
        return False
    now = clean(found)
    return all(
        same(read(now, path_of(one["path"])), one.get("after", MISSING)) for one in entry["fields"]
    )
