"""A diagnosis again and again: what is new, what is gone, what got worse since the last one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import anyio

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause, Verdict
from clusterwright.tools.finding import Severity

_WORST_FIRST = tuple(Severity)


class What(StrEnum):
    """What became of a root cause."""

    NEW = "new"
    WORSE = "worse"
    GONE = "gone"
    FOLDED = "folded"
    """It is no root any more, since another one explains it now."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one root cause; as it is now, or as it was if it is gone."""

    what: What
    root: RootCause
    under: RootCause | None = None
    """The root cause that explains it now."""


def changes(before: Diagnosis, now: Diagnosis) -> list[Change]:
    """Return what changed from one diagnosis to the next, what is new first.

    A root that is missing from an answer that could not check everything is not gone.
    """
    was = {one.id: one for one in before.root_causes}
    found = [Change(What.NEW, one) for one in now.root_causes if one.id not in was]
    found += [
        Change(What.WORSE, one)
        for one in now.root_causes
        if (known := was.get(one.id)) and _rank(one) < _rank(known)
    ]
    left = {one.id for one in now.root_causes}
    for one in before.root_causes:
        if one.id not in left:
            under = _explains(now, one)
            if under:
                found.append(Change(What.FOLDED, one, under))
            elif _looked(before, now):
                found.append(Change(What.GONE, one))
    return found


async def watch(
    look: Callable[[], Awaitable[Diagnosis]], *, seconds: float
) -> AsyncIterator[tuple[Diagnosis, list[Change]]]:
    """Yield each diagnosis with what changed since the one before; the first one's are all new.

    What could not be checked this time keeps its roots from the last time that it could.
    """
    last: Diagnosis | None = None
    while True:
        now = await look()
        if last is None:
            yield now, [Change(What.NEW, one) for one in now.root_causes]
            last = now
        else:
            yield now, changes(last, now)
            last = now if _looked(last, now) else _kept(last, now)
        await anyio.sleep(seconds)


def _looked(before: Diagnosis, now: Diagnosis) -> bool:
    """Return whether every source that answered before answered now."""
    answered = {(one.server, one.tool) for one in now.sources if one.answered}
    asked = {(one.server, one.tool) for one in before.sources if one.answered}
    return now.verdict is not Verdict.UNKNOWN and asked <= answered


def _kept(last: Diagnosis, now: Diagnosis) -> Diagnosis:
    """Return what is known: what is told now, and what was told before by who is silent now."""
    told = {one.id for one in now.root_causes}
    missing = tuple(
        one for one in last.root_causes if one.id not in told and not _explains(now, one)
    )
    return last.model_copy(update={"root_causes": (*now.root_causes, *missing)})


def _explains(now: Diagnosis, root: RootCause) -> RootCause | None:
    """Return the root cause under which a former one is a symptom now."""
    wanted = (root.code, root.subject)
    return next(
        (
            one
            for one in now.root_causes
            if one.id != root.id
            and any((s.code, s.subject) == wanted for s in (*one.symptoms, *one.circle))
        ),
        None,
    )


def _rank(root: RootCause) -> int:
    return _WORST_FIRST.index(root.severity)
