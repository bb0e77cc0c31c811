"""A diagnosis again and again: what is new, what is gone, what got worse since the last one."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import anyio

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause, Why, explained, place_of
from clusterwright.agents.diagnose.growth import Reached
from clusterwright.agents.diagnose.identity import paired
from clusterwright.agents.diagnose.known import known_of, less_seen, worsened

_REMEMBERED = 900.0
"""Seconds for which what was told of a root cause is not new of it again: a pod that crashes over
and over is ready in between, and with it what hangs on it."""


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


def changes(before: Diagnosis, now: Diagnosis, reached: Reached | None = None) -> list[Change]:
    """Return what changed from one diagnosis to the next, what is new first.

    What is missing where less could be seen than before is not gone. `reached` is how far root
    causes have reached lately, if not only in the one before: what comes and goes is told once.
    """
    known = known_of(before)
    same, reached = paired(now.root_causes, known), reached or Reached(known)
    found = [Change(What.NEW, one) for i, one in enumerate(now.root_causes) if i not in same]
    for i, place in sorted(same.items()):
        if worse := worsened(now.root_causes[i], known[place], reached):
            found.append(Change(What.WORSE, worse))
    blind, symptoms = less_seen(now, before), explained(now.root_causes)
    for one in _missing(before, now):
        if under := symptoms.get(place_of(one)):
            found.append(Change(What.FOLDED, one, under))
        elif one.cluster not in blind:
            found.append(Change(What.GONE, one))
    return found


async def watch(
    look: Callable[[], Awaitable[Diagnosis]], *, seconds: float
) -> AsyncIterator[tuple[Diagnosis, list[Change]]]:
    """Yield each diagnosis with what changed since the one before; the first one's are all new.

    What could not be checked this time keeps its roots from the last time that it could.
    """
    last: Diagnosis | None = None
    looks: deque[tuple[float, Reached]] = deque()
    while True:
        now = await look()
        if last is None:
            yield now, [Change(What.NEW, one) for one in now.root_causes]
            last = now
        else:
            yield now, changes(last, now, _joined(reached for _, reached in looks))
            last = _kept(last, now)
        looks.append((anyio.current_time(), Reached(known_of(last))))
        while looks[-1][0] - looks[0][0] > _REMEMBERED:
            looks.popleft()
        await anyio.sleep(seconds)


def _joined(looks: Iterable[Reached]) -> Reached:
    whole = Reached()
    for one in looks:
        whole.widen(one)
    return whole


def _kept(last: Diagnosis, now: Diagnosis) -> Diagnosis:
    """Return what is known: what is told now, and what was of clusters that are seen less of now.

    These keep what they had been asked for, until as much is seen of them again.
    """
    blind, symptoms = less_seen(now, last), explained(now.root_causes)
    missing = (one for one in _missing(last, now) if one.cluster in blind)
    roots = (*now.root_causes, *(one for one in missing if place_of(one) not in symptoms))
    seen = (one for one in now.sources if one.cluster not in blind)
    sources = (*seen, *(one for one in last.sources if one.cluster in blind))
    return now.model_copy(
        update={"root_causes": roots, "sources": sources, "about": now.about or last.about}
    )


def _missing(before: Diagnosis, now: Diagnosis) -> list[RootCause]:
    """Return what was told and is not any more; what is set aside for a reason is still there."""
    there = [*now.root_causes, *(one for one in now.set_aside if one.why is not Why.GONE)]
    still = set(paired(there, before.root_causes).values())
    return [one for i, one in enumerate(before.root_causes) if i not in still]
