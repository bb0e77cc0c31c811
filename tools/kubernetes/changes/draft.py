"""Work a change out against the live cluster: steps, dry runs, diff, risk, and the digest.

Planning and applying both do this; an apply goes on only if it comes to the same digest again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from clusterwright.tools.diff import clean
from clusterwright.tools.errors import (
    InvalidInputError,
    RefusedError,
)
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import MISSING, put, read, spell
from clusterwright.tools.kubernetes.changes.acting_labels import acting, check_acting
from clusterwright.tools.kubernetes.changes.blast import judge
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.side_by_side import side_by_side
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.trial import Tried, felt, idle, try_out
from clusterwright.tools.kubernetes.changes.workload_cluster import check_quorum
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.owners import claims
from clusterwright.tools.kubernetes.owners.claim import Claim
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Json, Manifest, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Risk
from clusterwright.tools.trust.seal import canonical

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_CLUSTER_WIDE = frozenset({"Node"})
"""Kinds for which the pods of every namespace matter."""
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """A change worked out, as of now."""

    tried: tuple[Tried, ...]
    risk: Risk
    reasons: tuple[str, ...]
    digest: str
    left: tuple[Check, ...] = ()
    """Proofs that are still to be had of what was written before."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The writes, in order."""
        return tuple(one.step for one in self.tried)

    @property
    def namespaces(self) -> set[str]:
        """The namespaces that are written to; "" stands for what belongs to none."""
        return {one.step.ref.namespace for one in self.tried}


async def draft(
    desk: Desk,
    connection: "Connection",
    changes: Sequence[Manifest],
    *,
    stamp: datetime,
    override_owner: bool = False,
    done: Sequence[Manifest] = (),
) -> Draft:
    """Return what changes come to on a cluster at this moment; nothing is stored in it.

    `done` are changes of the same plan that took place before it was cut short.

    Raises RefusedError for what must not be done, InvalidInputError for what cannot be, and
    ForbiddenError where the credential may not even read what the change rests on.
    """
    typed = [parse_change(one, desk.vocabulary) for one in changes]
    before = [parse_change(one, desk.vocabulary) for one in done]
    scene = await _scene(connection, [*typed, *before], stamp)
    survey = desk.kinds.survey
    if survey is not None:
        scene = await survey(desk.clusters, connection, [*typed, *before], scene)
    steps = [step for change in typed for step in change.steps(scene)]
    left = [check for one in (*before, *typed) for check in one.proofs(scene)]
    check_overlap(steps)
    check_protected(steps, desk.authority.policy)
    for step in steps:
        check_quorum(step)
        if not override_owner:
            _check_owner(step, scene.around)
            check_acting(step, desk.vocabulary.domain)
    tried = [one for one in await try_out(connection, steps) if not idle(one)]
    risk, reasons = judge(scene, [felt(one) for one in tried], [one.dry_run for one in tried])
    if override_owner and any(_claims(step, scene.around) for step in steps):
        risk, reasons = Risk.HIGH, ["an owner of a field will write it again", *reasons]
    acts = [said for step in steps for said in acting(step, desk.vocabulary.domain)]
    if acts:  # as nothing else lets such a step come so far
        risk, reasons = Risk.HIGH, [*acts, *reasons]
    bound: Json = {
        "domain": desk.vocabulary.domain,
        "changes": [*changes, *done],
        "cluster": await connection.identity(),
        "override": override_owner,
        "risk": risk,
        "steps": [_bound(one) for one in tried if not one.step.predicate],
    }
    digest = hashlib.blake2b(
        canonical(bound), key=desk.authority.store.key, digest_size=16
    ).hexdigest()
    return Draft(tuple(tried), risk, tuple(reasons), digest, tuple(left))


async def _scene(connection: "Connection", changes: Sequence[Change], stamp: datetime) -> Scene:
    """Read what the changes write and what surrounds it."""
    targets = list(dict.fromkeys(ref for change in changes for ref in change.reads))
    live: dict[Ref, Manifest] = {}
    parts: list[Snapshot] = []

    async def read(ref: Ref) -> None:
        found = await connection.live(ref)
        if found is not None:
            live[ref] = found

    async def look(namespace: str | None, kinds: Sequence[str]) -> None:
        parts.append(await read_snapshot(connection, kinds, namespace))

    around = _surroundings(changes)
    await side_by_side(
        [
            *(partial(read, ref) for ref in targets),
            *(partial(look, namespace, kinds) for namespace, kinds in around.items()),
        ]
    )
    identity = await connection.identity()
    return Scene(connection.cluster, stamp, live, _joined(connection, parts), identity)


def _surroundings(changes: Sequence[Change]) -> Mapping[str | None, Sequence[str]]:
    """Return which kinds to read of which namespaces; None: of all."""
    wanted: dict[str | None, dict[str, None]] = {}
    for change in changes:
        for ref in change.reads:
            everywhere = change.kind == "remove_finalizer" or ref.kind in _CLUSTER_WIDE
            if not everywhere and not ref.namespace:
                continue
            kinds = wanted.setdefault(None if everywhere else ref.namespace, {})
            kinds |= dict.fromkeys(change.around)
    return {where: tuple(kinds) for where, kinds in wanted.items()}


def _joined(connection: "Connection", parts: Sequence[Snapshot]) -> Snapshot:
    objects: dict[str, list[Manifest]] = {}
    for part in parts:
        for kind, found in part.objects.items():
            known = {text(one, "metadata", "uid") for one in objects.get(kind, [])}
            fresh = [one for one in found if text(one, "metadata", "uid") not in known]
            objects.setdefault(kind, []).extend(fresh)
    return Snapshot(connection.cluster, connection.now, objects)


def check_overlap(steps: Sequence[Step]) -> None:
    """Raise InvalidInputError for two steps on one object: the second would rest on the first.

    One run of a program may write an object twice, as a hook and for good: both are shown. A
    change may do so as well, and says it.
    """
    seen: dict[Ref, Ref | None] = {}
    for step in steps:
        run = step.carried_by
        own = step.follows or (run is not None and seen.get(step.ref) == run)
        if step.ref in seen and not own:
            raise InvalidInputError(
                f"{step.ref} is changed twice in one plan",
                hint="join both into one patch, or plan the second after the first was applied",
            )
        seen[step.ref] = run


def check_protected(steps: Sequence[Step], policy: Policy) -> None:
    """Raise RefusedError if steps write to a namespace that is protected; it names what."""
    found: dict[str, dict[str, None]] = {}
    for step in steps:
        namespace = step.ref.namespace or (step.ref.name if step.ref.kind == "Namespace" else "")
        if namespace and policy.protects(namespace):
            found.setdefault(namespace, {})[str(step.ref)] = None
    for namespace, refs in found.items():
        raise RefusedError(
            f"namespace {namespace} is protected: nothing is changed in it from here, and the plan"
            f" would change {few(list(refs), _NAMED)}",
            hint="protected_namespaces in the server's policy file decides which are",
        )


def _claims(step: Step, around: Snapshot) -> tuple[Claim, ...]:
    """Return who would take back what a step writes; not the owner in whose name it does."""
    found = claims(step.before, step.paths, around) if step.before is not None else ()
    run, manager = step.carried_by, step.write.manager
    return tuple(
        one
        for one in found
        if (run is None or one.release != run) and (not manager or one.manager != manager)
    )


def _check_owner(step: Step, around: Snapshot) -> None:
    """Raise RefusedError if somebody would take back what a step writes."""
    found = _claims(step, around)
    if not found:
        return
    first = found[0]
    others = f" (also: {', '.join(one.owner for one in found[1:])})" if found[1:] else ""
    raise RefusedError(
        f"{step.ref} belongs to {first.owner}, which would take the change back; shown by"
        f" {first.shown_by}{others}",
        hint=f"change {first.where}; its MCP server is {first.server}."
        " override_owner=true plans it here all the same, until the owner takes it back",
    )


def _bound(one: Tried) -> Json:
    """Return what a plan is bound to of one step: what is written, and what it rests on."""
    step = one.step
    before = clean(step.before) if step.before else {}
    whole = step.write.verb is Verb.DELETE and step.ref.kind != "Pod"
    new = step.before is None  # what the API server generates for it differs each time
    return {
        "verb": step.write.verb,
        "object": str(step.ref),
        "uid": text(step.before, "metadata", "uid") if step.before else "",
        "namespace": namespace_of(before),
        "rests_on": [before if whole else None, step.rests_on],
        "dry_run": one.dry_run,
        "body": _stable(step) if new else None,
        "fields": [
            [spell(d.path), _plain(d.before), _plain(d.after)]
            for d in (() if new else one.changed)
            if not any(d.path[: len(path)] == path for path in step.random)
        ],
    }


def _stable(step: Step) -> Json:
    """Return the body of a new object without what is otherwise each time."""
    body: Json = step.write.body
    for path in step.random:
        if read(body, path) is not MISSING:
            body = put(body, path, MISSING)
    return body


def _plain(value: Json) -> Json:
    return {"missing": True} if value is MISSING else {"value": value}
