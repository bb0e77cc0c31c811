"""What an undo or a finish comes to: changes taken from the journal of an earlier plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.tools.change import Plan, State
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.inverse import joined, settled
from clusterwright.tools.kubernetes.changes.journal import (
    FAILED,
    Progress,
    done,
    progress_of,
    took_place,
)
from clusterwright.tools.kubernetes.changes.lineage import lineage
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.vocabulary import Vocabulary
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.plan_store import Kept

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


@dataclass(frozen=True, slots=True)
class Resolved:
    """Changes to work out, as if they were planned at `stamp`."""

    changes: tuple[Manifest, ...]
    stamp: datetime | None = None
    done: tuple[Manifest, ...] = ()
    """Changes that took place, and that nobody has proven."""


def resolve(asked: Sequence[Manifest], desk: Desk, identity: str) -> Resolved:
    """Return the changes that are asked for, those of a journal in place of undo and finish.

    Raises RefusedError for a plan that nothing was done of, or that is of another cluster or of
    another domain.
    """
    earlier = [one for one in asked if one.get("kind") in {"undo", "finish"}]
    if not earlier:
        return Resolved(tuple(asked))
    if len(asked) > 1:
        raise InvalidInputError(
            "undo and finish stand alone in a plan",
            hint="plan the other changes apart from it",
        )
    name = str(earlier[0].get("plan", ""))
    if not name:
        raise InvalidInputError("which plan?", hint='{"kind":"undo","plan":"p-..."}')
    store = desk.authority.store
    whole = lineage(store, name)
    kept = whole.root
    require_own(kept.plan, desk.vocabulary)
    if kept.plan.identity != identity:
        raise RefusedError(
            f"plan {name} was applied to cluster {kept.plan.cluster!r}, which this is not",
            hint="pass that cluster",
        )
    progress = whole.progress(store)
    if earlier[0]["kind"] == "undo":
        return _undo(kept, progress, desk.vocabulary)
    return _finish(kept, progress, desk.vocabulary)


def require_own(plan: Plan, vocabulary: Vocabulary) -> None:
    """Raise RefusedError for a plan that was made in the words of another domain."""
    if plan.domain != vocabulary.domain:
        raise RefusedError(
            f"plan {plan.id} is one of {plan.domain}, not of {vocabulary.domain}",
            hint=f"use the tools of the server for {plan.domain}, or `clusterwright apply`",
        )


async def settle_doubts(connection: "Connection", desk: Desk, asked: Sequence[Manifest]) -> None:
    """Find out, of a plan that was cut short, whether the write that was under way took place."""
    for one in asked:
        plan = str(one.get("plan") or "")
        if one.get("kind") not in {"undo", "finish"} or not plan:
            continue
        store = desk.authority.store
        for name in (await to_thread.run_sync(lineage, store, plan)).names:
            await _settle(connection, desk, name)


async def _settle(connection: "Connection", desk: Desk, plan: str) -> None:
    store, performer = desk.authority.store, desk.kinds.performer
    journal = await to_thread.run_sync(store.journal, plan)
    for entry in progress_of(journal).doubtful:
        found: Manifest | None = None
        if entry["verb"] == Verb.RUN:
            happened = performer is not None and await performer.took_place(connection, entry)
        else:
            found = await connection.live(Ref.parse(str(entry["object"])))
            happened = took_place(entry, found)
        if happened:
            told = done(entry, settled(entry.get("inverse"), found))
        else:
            told = {**entry, "what": FAILED}
        await to_thread.run_sync(store.note, plan, told)


def _undo(kept: Kept, progress: Progress, vocabulary: Vocabulary) -> Resolved:
    if kept.state is State.APPLYING and not progress.written:
        return Resolved(())  # it was cut short before its first write
    if kept.state is State.UNDONE or not progress.written:
        raise RefusedError(
            f"nothing of plan {kept.plan.id} is left to undo",
            hint="clusterwright plans lists what was done",
        )
    back = [one.inverse for one in reversed(progress.written) if one.inverse is not None]
    if not back:
        raise RefusedError(
            f"plan {kept.plan.id} cannot be undone: {kept.plan.undo}",
            hint=f"plan what is to be instead with {vocabulary.plan_tool}",
        )
    return Resolved(tuple(joined(back)))


def _finish(kept: Kept, progress: Progress, vocabulary: Vocabulary) -> Resolved:
    if kept.state is not State.APPLYING:
        raise RefusedError(
            f"plan {kept.plan.id} is not unfinished: it is {kept.state}",
            hint=f"plan the change again with {vocabulary.plan_tool}",
        )
    if any(one["kind"] == "undo" for one in kept.plan.changes):
        raise RefusedError(
            f"plan {kept.plan.id} goes back to how it was before another one",
            hint=f"look at what it did (clusterwright plans {kept.plan.id}), and plan what is left",
        )
    written = {one.ref for one in progress.written}
    typed = [(one, parse_change(one, vocabulary)) for one in kept.plan.changes]
    rest = tuple(
        asked for asked, one in typed if one.resumes or not written.intersection(one.targets)
    )
    done_ = tuple(asked for asked, _ in typed if asked not in rest)
    return Resolved(rest, kept.plan.made, done_)
