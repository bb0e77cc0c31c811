"""After a repair: whether its finding is gone, nothing is new or worse, and what symptoms stay."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import anyio

from clusterwright.agents.diagnose.diagnosis import (
    Place,
    RootCause,
    Symptom,
    explained,
    place,
    place_of,
    touched,
)
from clusterwright.agents.hub import Hub
from clusterwright.agents.remediate.found import Found, Scope, look, mark
from clusterwright.agents.remediate.repair import Left
from clusterwright.tools.ref import Ref

GONE_SECONDS = 60.0
"""How long a finding may stay after its repair was proven: events and back-offs take a while."""
_PAUSE = 1.0
_ALERTS = "alert/"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look tells about a repair."""

    stays: bool = False
    """Whether the root's own finding is still there."""
    wrong: tuple[str, ...] = ()
    """What is new, or worse than before."""
    unanswered: tuple[str, ...] = ()
    """Who answered before, and does not now."""
    left: tuple[Left, ...] = ()
    """Symptoms that are still there."""

    @property
    def helped(self) -> bool:
        """Whether nothing speaks against the repair."""
        return not (self.stays or self.wrong or self.unanswered)

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for: what stays is explained, or takes minutes to go."""
        return self.helped and all(one.why for one in self.left)

    def against(self, root: RootCause) -> list[str]:
        """Return why the repair did not help."""
        stays = [f"{root.code} on {root.subject} is still there"] if self.stays else []
        return [*stays, *self.wrong, *(f"{one} did not answer" for one in self.unanswered)]


def compare(before: Found, now: Found, root: RootCause) -> Seen:
    """Return what has become of a root and its symptoms from one look to another."""
    was, are, known = before.severities(), now.severities(), before.problems()
    causes = _causes(now, known)
    silent = {(one.server, one.tool) for one in before.answers if one.failed}
    new = [f"{code} on {ref} is new" for code, ref in _fresh(known, now, root)]
    worse = [
        f"{one.code} on {one.subject} is worse"
        for one in root.folded
        if (key := place(one, root)) in was and key in are and are[key].rank < was[key].rank
    ]
    return Seen(
        stays=_stays(before, now, root),
        wrong=(*new, *worse),
        unanswered=tuple(
            one.tool or one.server
            for one in now.answers
            if one.failed and (one.server, one.tool) not in silent
        ),
        left=tuple(
            Left(one, _why(one, causes.get(key)))
            for one in root.folded
            if (key := place(one, root)) in are
        ),
    )


async def verify(
    hub: Hub, scope: Scope, before: Found, root: RootCause, seconds: float = GONE_SECONDS
) -> Seen:
    """Look again until the root and its symptoms are gone, or for so long."""
    deadline = anyio.current_time() + seconds
    while True:
        seen = compare(before, await look(hub, scope), root)
        if seen.settled or anyio.current_time() > deadline:
            return seen
        await anyio.sleep(_PAUSE)


def _stays(before: Found, now: Found, root: RootCause) -> bool:
    """Return whether a root's own finding is still there.

    Of several of one code about one object it is the one with its title, or else one of them while
    they are as many as they were: all of them, or of those whose titles differ in numbers only.
    """
    then, there = (one.titles(place_of(root)) for one in (before, now))
    if root.title in there or len(there) >= len(then):
        return bool(there)
    if root.title not in then:  # one root of several findings
        return bool(there)
    were, are = (sum(mark(one) == mark(root.title) for one in some) for some in (then, there))
    return 0 < were <= are


def _causes(now: Found, known: AbstractSet[tuple[str, Ref]]) -> dict[Place, RootCause]:
    """Return the first root that each symptom is of, of those that were there before."""
    roots = now.diagnosis.root_causes
    return explained(root for root in roots if (root.code, root.subject) in known)


def _why(symptom: Symptom, other: RootCause | None) -> str:
    """Return why a symptom may stay though its cause is gone; `other` explains it as well."""
    if other is not None:
        return f"it follows from {other.code} on {other.subject} as well"
    if symptom.code.startswith(_ALERTS):
        return "an alert ends some minutes after what it is about"
    return ""


def _fresh(
    known: AbstractSet[tuple[str, Ref]], now: Found, root: RootCause
) -> Iterator[tuple[str, Ref]]:
    """Yield the problems of related objects that were not there before."""
    related = touched(root)
    for one in sorted(now.problems() - known):
        if one[1] in related and not _revealed(now, one, root):
            yield one


def _revealed(now: Found, problem: tuple[str, Ref], root: RootCause) -> bool:
    """Return whether a problem only shows because another one of its object is out of the way."""
    if problem[1] != root.subject:
        return False
    worst = min(
        (
            severity.rank
            for (_, code, subject), severity in now.severities().items()
            if (code, subject) == problem
        ),
        default=0,
    )
    return worst >= root.severity.rank
