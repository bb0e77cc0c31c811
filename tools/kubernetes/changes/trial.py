"""See how steps would end: each goes the API server's whole way in a dry run, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from clusterwright.tools.change import DryRun, FieldChange
from clusterwright.tools.diff import Difference, clean, differences, merge_patch, merged
from clusterwright.tools.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.fresh import fresh
from clusterwright.tools.kubernetes.changes.shown import shown
from clusterwright.tools.kubernetes.changes.side_by_side import side_by_side
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.veil import hide, secrets_of
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.kubernetes.client.http import Sent

_ADMISSION = (
    "admission webhook",
    "ValidatingAdmissionPolicy",
    "exceeded quota",
    "violates PodSecurity",
)
_NO_DRY_RUN = "does not support dry run"
_NOT_ITS_SCHEMA = "failed to create typed patch object"
"""Of an apply with a field that its kind does not have, for which the API server takes a fault."""
_NO_ANSWER = (UnreachableError, UnauthenticatedError)
_ATTEMPTS = 4


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


async def try_out(connection: "Connection", steps: Sequence[Step]) -> list[Tried]:
    """Dry-run every step, side by side; those of a set count as one."""
    found: dict[int, Tried] = {}

    async def run(place: int, step: Step) -> None:
        found[place] = await _try_one(connection, step, steps[:place])

    await side_by_side([partial(run, place, step) for place, step in enumerate(steps)])
    return [found[place] for place in range(len(steps))]


async def _try_one(connection: "Connection", step: Step, before: Sequence[Step]) -> Tried:
    secrets = secrets_of(step.before) | secrets_of(step.write.body) | step.secrets
    if step.write.verb is Verb.RUN:
        return Tried(step, DryRun.PASSED, "", (), _diff(step, None, ()), (), None)
    try:
        sent = await _send(connection, step)
    except ToolError as error:
        said = hide(str(error), secrets)
        outcome = _outcome(error, step, before)
        if outcome is None:
            # Its words may quote the object whole: neither they nor what they came with go on.
            raise type(error)(said, hint=hide(error.hint, secrets)) from None
        if outcome is DryRun.DEPENDS:
            said = _awaits(step, before)
        return Tried(step, outcome, one_line(said), (), _diff(step, None, ()), (), None)
    after = None if step.write.verb in {Verb.DELETE, Verb.EVICT} else sent.found
    if step.follows and step.before is not None:  # the dry run knows nothing of the steps before
        after = merged(step.before, step.write.body)
    old = clean(step.before) if step.before and after is not None else {}
    changed = differences(old, clean(after)) if after is not None else ()
    warnings = tuple(hide(one, secrets) for one in sent.warnings)
    return Tried(step, DryRun.PASSED, "", changed, _diff(step, after, changed), warnings, after)


def _diff(
    step: Step, after: Manifest | None, changed: Sequence[Difference]
) -> tuple[FieldChange, ...]:
    """Return what a step changes, as the change itself tells it or field by field."""

    def veiled(value: str | None) -> str | None:
        return None if value is None else hide(value, step.secrets)

    found = step.told or shown(step, after, changed)
    if not step.secrets:
        return found
    return tuple(
        FieldChange(path=one.path, before=veiled(one.before), after=veiled(one.after))
        for one in found
    )


async def _send(connection: "Connection", step: Step) -> "Sent":
    """Dry-run a step; again, if all that came in between was a controller's status."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await connection.write(step.write, dry_run=True)
        except ConflictError:
            if not step.write.version:
                raise
            step = await fresh(connection, step)
    return await connection.write(step.write, dry_run=True)


def _outcome(error: ToolError, step: Step, before: Sequence[Step]) -> DryRun | None:
    """Return what an error of a dry run means for a plan; None if there can be no plan."""
    said = str(error)
    if _NO_DRY_RUN in said:
        return DryRun.UNSUPPORTED
    if isinstance(error, NotFoundError) and any(_makes(one, step) for one in before):
        return DryRun.DEPENDS
    held = isinstance(error, ConflictError) and step.write.verb is Verb.EVICT
    if held or any(words in said for words in _ADMISSION):
        return DryRun.REFUSED
    if isinstance(error, ForbiddenError):
        return DryRun.FORBIDDEN
    answered = not isinstance(error, _NO_ANSWER) or _NOT_ITS_SCHEMA in said
    foreseen = step.carried_by is not None and answered
    return DryRun.FAILED if foreseen else None


def idle(one: Tried) -> bool:
    """Return whether a program would write an object as it is already."""
    return one.step.carried_by is not None and one.dry_run is DryRun.PASSED and not one.diff


def felt(one: Tried) -> Step:
    """Return a step as a patch of what it changes, where it writes an object that exists whole."""
    step = one.step
    if step.write.verb is not Verb.APPLY or step.before is None or one.after is None:
        return step
    patch = merge_patch(clean(step.before), clean(one.after))
    return replace(step, write=replace(step.write, body=patch))


def _awaits(step: Step, before: Sequence[Step]) -> str:
    """Return what a step has to come after; that it is not there yet goes without saying."""
    made = [one.say for one in before if _makes(one, step)]
    return f"can only be tried after: {'; '.join(made)}"


def _makes(earlier: Step, step: Step) -> bool:
    """Return whether an earlier step makes the namespace or the kind that a step needs."""
    ref = earlier.ref
    return earlier.before is None and (
        (ref.kind == "Namespace" and ref.name == step.ref.namespace)
        or ref.kind == "CustomResourceDefinition"
    )
