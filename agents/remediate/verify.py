"""After a repair: whether its finding is gone, nothing is new or worse, and what is left.

What could not be looked at again is never taken for gone.
"""

from collections.abc import Iterator, Mapping
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
from clusterwright.tools.finding import Severity, worst
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
    unseen: tuple[str, ...] = ()
    """Who answered before, and does not now, or leaves out what may hide that nothing is gone."""
    left: tuple[Left, ...] = ()
    """Symptoms that are still there, and what shows only now."""

    @property
    def helped(self) -> bool:
        """Whether nothing speaks against the repair."""
        return not (self.stays or self.wrong or self.unseen)

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for: what is left is explained, or takes minutes."""
        return self.helped and all(one.why for one in self.left)

    def against(self, root: RootCause) -> list[str]:
        """Return why the repair did not help."""
        stays = [f"{root.code} on {root.subject} is still there"] if self.stays else []
        return [*stays, *self.wrong, *self.unseen]


def compare(before: Found, now: Found, root: RootCause) -> Seen:
    """Return what has become of a root and its symptoms from one look to another.

    What is new on the root's own object, and no worse than what of the root was found there, may
    only show because that is out of the way: it is left, and speaks against nothing.
    """
    was, are, known = before.severities(), now.severities(), before.problems()
    causes = _causes(now, known)
    fresh = list(_fresh(known, now, root))
    own = _own_severity(was, root)
    shows = [one for one in fresh if one.subject == root.subject and one.severity.rank >= own.rank]
    new = (f"{one.code} on {one.subject} is new" for one in fresh if one not in shows)
    worse = (
        f"{one.code} on {one.subject} is worse"
        for one in root.folded
        if (key := place(one, root)) in was and key in are and are[key].rank < was[key].rank
    )
    stays = _stays(before, now, root)
    gone = {place(one, root) for one in root.folded} - set(are)
    return Seen(
        stays=stays,
        wrong=tuple(dict.fromkeys((*new, *worse))),
        unseen=_unseen(before, now, gone if stays else gone | {place_of(root)}),
        left=(
            *(
                Left(one, _why(one, causes.get(key)))
                for one in root.folded
                if (key := place(one, root)) in are
            ),
            *(Left(one, shows=True) for one in shows),
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


def _own_severity(was: Mapping[Place, Severity], root: RootCause) -> Severity:
    """Return how much a root hurts on its own object: its finding, and what follows on that."""
    places = (place_of(root), *(place(one, root) for one in root.folded))
    there = (at for at in places if (at[0], at[2]) == (root.cluster, root.subject))
    return worst([was[at] for at in there if at in was] or [root.severity])


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


def _fresh(known: AbstractSet[tuple[str, Ref]], now: Found, root: RootCause) -> Iterator[Symptom]:
    """Yield the problems of related objects that were not there before."""
    related = touched(root)
    for at, severity in sorted(now.severities().items()):
        cluster, code, subject = at
        if severity is Severity.INFO or (code, subject) in known or subject not in related:
            continue
        elsewhere = cluster if cluster != root.cluster else ""
        title = min(now.titles(at))
        yield Symptom(cluster=elsewhere, code=code, severity=severity, subject=subject, title=title)


def _unseen(before: Found, now: Found, gone: AbstractSet[Place]) -> tuple[str, ...]:
    """Return who has fallen silent, and why of what is not found nobody knows whether it is gone.

    A gap that names objects does not count: they were looked at, and start as a rule.
    """
    silent = {(one.server, one.tool) for one in before.answers if one.failed}
    fallen = (
        f"{one.tool or one.server} did not answer"
        for one in now.answers
        if one.failed and (one.server, one.tool) not in silent
    )
    return tuple(dict.fromkeys((*fallen, *now.unseen(before, gone))))
