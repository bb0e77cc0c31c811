"""Work a change out against the live cluster: steps, dry runs, diff, risk, and the digest.

Planning and applying both do this; an apply goes on only if it comes to the same digest again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from clusterwright.tools.change import DryRun, FieldChange
from clusterwright.tools.diff import Difference, clean, differences
from clusterwright.tools.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    ToolError,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import MISSING, spell
from clusterwright.tools.kubernetes.changes.blast import judge
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.shown import shown
from clusterwright.tools.kubernetes.changes.side_by_side import side_by_side
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.veil import hide, secrets_of
from clusterwright.tools.kubernetes.changes.workload_cluster import check_quorum
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.owners import claims
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Json, Manifest, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Risk
from clusterwright.tools.trust.seal import canonical

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_ADMISSION = (
    "admission webhook",
    "ValidatingAdmissionPolicy",
    "exceeded quota",
    "violates PodSecurity",
)
_NO_DRY_RUN = "does not support dry run"
_CLUSTER_WIDE = frozenset({"Node"})
"""Kinds for which the pods of every namespace matter."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A step and how its dry run ended."""

    step: Step
    dry_run: DryRun
    said: str
    changed: tuple[Difference, ...]
    diff: tuple[FieldChange, ...]
    warnings: tuple[str, ...]
    after: Manifest | None
    """The object as the API server would store it."""


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
    survey = desk.vocabulary.load().survey
    if survey is not None:
        scene = await survey(desk.clusters, connection, [*typed, *before], scene)
    steps = [step for change in typed for step in change.steps(scene)]
    left = [check for one in (*before, *typed) for check in one.proofs(scene)]
    _check_overlap(steps)
    for step in steps:
        _check_protected(step, desk.authority.policy)
        check_quorum(step)
        if not override_owner:
            _check_owner(step, scene.around)
    tried = await _try(connection, steps)
    risk, reasons = judge(scene, steps, [one.dry_run for one in tried])
    if override_owner and any(_claims(step, scene.around) for step in steps):
        risk, reasons = Risk.HIGH, ["an owner of a field will write it again", *reasons]
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
    targets = list(dict.fromkeys(ref for change in changes for ref in change.targets))
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
        for ref in change.targets:
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


def _check_overlap(steps: Sequence[Step]) -> None:
    """Raise InvalidInputError for two steps on one object: the second would rest on the first."""
    seen: set[Ref] = set()
    for step in steps:
        if step.ref in seen:
            raise InvalidInputError(
                f"{step.ref} is changed twice in one plan",
                hint="join both into one patch, or plan the second after the first was applied",
            )
        seen.add(step.ref)


def _check_protected(step: Step, policy: Policy) -> None:
    namespace = step.ref.namespace or (step.ref.name if step.ref.kind == "Namespace" else "")
    if namespace and policy.protects(namespace):
        raise RefusedError(
            f"namespace {namespace} is protected: nothing is changed in it from here",
            hint="protected_namespaces in the server's policy file decides which are",
        )


def _claims(step: Step, around: Snapshot) -> tuple[object, ...]:
    return claims(step.before, step.paths, around) if step.before is not None else ()


def _check_owner(step: Step, around: Snapshot) -> None:
    """Raise RefusedError if somebody would take back what a step writes."""
    found = claims(step.before, step.paths, around) if step.before is not None else ()
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


async def _try(connection: "Connection", steps: Sequence[Step]) -> list[Tried]:
    """Dry-run every step, side by side; those of a set count as one."""
    found: dict[int, Tried] = {}

    async def run(place: int, step: Step) -> None:
        found[place] = await _try_one(connection, step, steps[:place])

    await side_by_side([partial(run, place, step) for place, step in enumerate(steps)])
    return [found[place] for place in range(len(steps))]


async def _try_one(connection: "Connection", step: Step, before: Sequence[Step]) -> Tried:
    secrets = secrets_of(step.before)
    try:
        sent = await connection.write(step.write, dry_run=True)
    except ToolError as error:
        said = hide(str(error), secrets)
        outcome = _outcome(error, step, before)
        if outcome is None:
            # Its words may quote the object whole: neither they nor what they came with go on.
            raise type(error)(said, hint=hide(error.hint, secrets)) from None
        return Tried(step, outcome, one_line(said), (), shown(step, None, ()), (), None)
    after = None if step.write.verb in {Verb.DELETE, Verb.EVICT} else sent.found
    old = clean(step.before) if step.before and after is not None else {}
    changed = differences(old, clean(after)) if after is not None else ()
    warnings = tuple(hide(one, secrets) for one in sent.warnings)
    return Tried(step, DryRun.PASSED, "", changed, shown(step, after, changed), warnings, after)


def _outcome(error: ToolError, step: Step, before: Sequence[Step]) -> DryRun | None:
    """Return what an error of a dry run means for a plan; None if there can be no plan."""
    said = str(error)
    if _NO_DRY_RUN in said:
        return DryRun.UNSUPPORTED
    if isinstance(error, NotFoundError) and any(_makes(one, step) for one in before):
        return DryRun.DEPENDS
    if any(words in said for words in _ADMISSION):
        return DryRun.REFUSED
    if isinstance(error, ForbiddenError):
        return DryRun.FORBIDDEN
    if isinstance(error, ConflictError) and step.write.verb is Verb.EVICT:
        return DryRun.REFUSED
    return None


def _makes(earlier: Step, step: Step) -> bool:
    """Return whether an earlier step makes the namespace or the kind that a step needs."""
    ref = earlier.ref
    return earlier.before is None and (
        (ref.kind == "Namespace" and ref.name == step.ref.namespace)
        or ref.kind == "CustomResourceDefinition"
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
        "body": step.write.body if new else None,
        "fields": [
            [spell(d.path), _plain(d.before), _plain(d.after)] for d in (() if new else one.changed)
        ],
    }


def _plain(value: Json) -> Json:
    return {"missing": True} if value is MISSING else {"value": value}
