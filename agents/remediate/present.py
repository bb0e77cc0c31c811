"""The root causes of one look, to find those of an earlier one among them again."""

from collections.abc import Set as AbstractSet

from clusterwright.agents.diagnose.diagnosis import Place, RootCause, explained, place_of
from clusterwright.agents.remediate.found import Found, mark, nearest


class Present:
    """The root causes of a look, by what they are."""

    def __init__(self, found: Found) -> None:
        """Take a look."""
        self._own: dict[Place, list[RootCause]] = {}
        for root in found.diagnosis.root_causes:
            self._own.setdefault(place_of(root), []).append(root)
        self._under = explained(found.diagnosis.root_causes)

    def twins(self, root: RootCause) -> frozenset[str]:
        """Return the titles of the other roots of its code that are about its object."""
        return frozenset(one.title for one in self._own.get(place_of(root), ())) - {root.title}

    def itself(self, root: RootCause, twins: AbstractSet[str] = frozenset()) -> RootCause | None:
        """Return a root of an earlier look as it is now; None if it is none any more.

        Its title may tell an age, and so be another one by now; but one of the titles that its
        twins had then is that twin's.
        """
        others = {mark(one) for one in twins} - {mark(root.title)}
        alike = [
            one
            for one in self._own.get(place_of(root), ())
            if one.title not in twins and mark(one.title) not in others
        ]
        return nearest(alike, root.title, lambda one: one.title)

    def again(self, root: RootCause, twins: AbstractSet[str] = frozenset()) -> RootCause | None:
        """Return a root of an earlier look as it is now: itself, what explains it, or None."""
        return self.itself(root, twins) or self._under.get(place_of(root))
