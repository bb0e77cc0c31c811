"""What a run of Helm does to each object of a release: what is made, changed, deleted, or left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.diff import clean, differences, merge_patch
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import Path, spell
from clusterwright.tools.helm.changes.client_side import merged
from clusterwright.tools.helm.changes.gist import gist
from clusterwright.tools.helm.changes.marks import marked, owned, owner
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.drift import drift
from clusterwright.tools.helm.objects import KEEP, Object
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.proofs import proofs
from clusterwright.tools.kubernetes.changes.step import Check, Step
from clusterwright.tools.kubernetes.changes.workloads import TEMPLATED, rolled_out
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref

MANAGER = "helm"
"""In whose name Helm writes (helm/helm, cmd/helm/helm.go)."""
_ANY: tuple[Path, ...] = (("(any field)",),)
"""Asks who deploys an object as a whole, where an operation changes no field on purpose."""
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class How:
    """How Helm writes the objects of a release."""

    server_side: bool
    force: bool = False
    """Whether fields are taken from other managers."""


def written(found: Outlook, how: How) -> tuple[Step, ...]:
    """Return a step for each object that is made, changed or deleted; Helm carries them out.

    Raises RefusedError for objects that there are and that are not the release's.
    """
    old = {one.ref: one for one in found.present}
    strangers = [one.ref for one in found.wanted if _is_strange(found, one, old)]
    if strangers:
        raise _not_ours(found, strangers)
    return (
        *(_wanted(found, one, old.get(one.ref), how) for one in found.wanted),
        *_dropped(found),
    )


def deleted(found: Outlook, objects: Sequence[Object]) -> Iterator[Step]:
    """Yield a step for each object that is there, is the release's, and is not to be kept."""
    for one in objects:
        live = found.live.get(one.ref)
        if live is not None and not one.kept and owned(live, found.ref):
            yield _deletion(found, one.ref, live)


def _deletion(found: Outlook, ref: Ref, live: Manifest) -> Step:
    options = {"propagationPolicy": "Background"}
    return Step(
        say=f"delete {ref}",
        write=Write(Verb.DELETE, ref, options, uid=text(live, "metadata", "uid")),
        before=live,
        paths=None,
        checks=(gone(ref, text(live, "metadata", "uid")),),
        irreversible="its data goes with it" if ref.kind == "PersistentVolumeClaim" else "",
        carried_by=found.ref,
    )


def left(found: Outlook, objects: Sequence[Object]) -> tuple[str, ...]:
    """Return which objects stay, and why."""
    kept = [str(one.ref) for one in objects if one.kept and one.ref in found.live]
    other = [
        str(one.ref)
        for one in objects
        if not one.kept and one.ref in found.live and not owned(found.live[one.ref], found.ref)
    ]
    told = [f"stay, by helm.sh/resource-policy: {', '.join(kept)}"] if kept else []
    told += [f"stay, because they are not marked as its own: {', '.join(other)}"] if other else []
    return tuple(told)


def _dropped(found: Outlook) -> Iterator[Step]:
    """Yield what goes because the new manifest does not name it any more, whoever marked it."""
    wanted = {one.ref for one in found.wanted}
    for one in found.present:
        live = found.live.get(one.ref)
        if live is None or one.ref in wanted:
            continue
        if text(live, "metadata", "annotations", KEEP[0]) != KEEP[1]:
            yield _deletion(found, one.ref, live)


def _wanted(found: Outlook, one: Object, old: Object | None, how: How) -> Step:
    body = marked(one.manifest, found.ref)
    live = found.live.get(one.ref)
    random = found.random.get(one.ref, ())
    if live is None:
        unnamed = one.ref in found.unnamed
        return Step(
            say=f"create {one.ref}",
            write=_apply(one.ref, body, how),
            checks=() if unnamed else _checks_of_new(one.ref),
            predicate=unnamed,
            carried_by=found.ref,
            told=gist(body),
            random=random,
        )
    before = marked(old.manifest, found.ref) if old else {}
    asked = differences(before, body)
    wanted = merged(one.ref, before or None, body, live)
    changed = differences(clean(live), clean(wanted))
    return Step(
        say=f"update {one.ref}",
        write=_apply(one.ref, body, how) if how.server_side else _patch(one.ref, live, wanted),
        before=live,
        paths=_paths([one.path for one in asked], [one.path for one in changed]) or _ANY,
        checks=proofs(one.ref, wanted, changed),
        carried_by=found.ref,
        random=random,
        notes=_taken_back(one, live, [each.path for each in asked]),
    )


def _taken_back(one: Object, live: Manifest, asked: Sequence[Path]) -> tuple[str, ...]:
    """Return what others set of an object, which the operation writes over and no undo knows."""
    fields = [each.path for each in drift(one, live) if not _touches(each.path, asked)]
    if not fields:
        return ()
    named = few([spell(path) for path in fields], 5)
    return (f"takes back what was set otherwise since, and an undo does not bring again: {named}",)


def _paths(asked: Sequence[Path], changed: Sequence[Path]) -> tuple[Path, ...]:
    """Return the fields that the change is for: what it only takes back is no owner's business."""
    return tuple(one for one in changed if _touches(one, asked))


def _touches(one: Path, paths: Sequence[Path]) -> bool:
    """Return whether a path leads to one of others, to a part of it, or to what it is a part of."""
    return any(one[: len(path)] == path or path[: len(one)] == one for path in paths)


def _apply(ref: Ref, body: Manifest, how: How) -> Write:
    if not how.server_side:
        return Write(Verb.CREATE, ref, body, manager=MANAGER, strict=True)
    return Write(Verb.APPLY, ref, body, manager=MANAGER, force=how.force, strict=True)


def _patch(ref: Ref, live: Manifest, wanted: Manifest) -> Write:
    patch = merge_patch(clean(live), clean(wanted))
    uid = text(live, "metadata", "uid")
    return Write(Verb.PATCH, ref, patch, uid=uid, manager=MANAGER)


def _checks_of_new(ref: Ref) -> tuple[Check, ...]:
    return (rolled_out(ref),) if ref.kind in TEMPLATED and not ref.group else ()


def _is_strange(found: Outlook, one: Object, old: dict[Ref, Object]) -> bool:
    live = found.live.get(one.ref)
    return live is not None and one.ref not in old and not owned(live, found.ref)


def _not_ours(found: Outlook, refs: Sequence[Ref]) -> RefusedError:
    named: list[str] = []
    for ref in refs[:_MOST_TOLD]:
        other = owner(found.live[ref])
        whose = f" (of {other})" if other and other != found.ref else ""
        named.append(f"{ref}{whose}")
    more = f" and {len(refs) - _MOST_TOLD} more" if len(refs) > _MOST_TOLD else ""
    return RefusedError(
        f"{', '.join(named)}{more} exist and are not marked as objects of {found.ref}: Helm would"
        " not import them [ownership]",
        hint='let it own them first with {"kind":"adopt"}, or delete them, or choose other names',
    )
