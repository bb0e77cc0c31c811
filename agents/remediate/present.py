"""The root causes of one look, to find those of an earlier one among them again."""

from collections.abc import Set as AbstractSet

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.remediate.found import Found, mark
from clusterwright.tools.ref import Ref

Key = tuple[str, str, Ref]


def key_of(root: RootCause) -> Key:
    """Return what a root cause is known by; several of one code may be about one object."""
    return (root.cluster, root.code, root.subject)


class Present:
    """The root causes of a look, by what they are."""

    def __init__(self, found: Found) -> None:
        """Take a look."""
        self._own: dict[Key, list[RootCause]] = {}
        self._under: dict[Key, RootCause] = {}
        for root in found.diagnosis.root_causes:
            self._own.setdefault(key_of(root), []).append(root)
            for one in (*root.circle, *root.symptoms):
                key = (one.cluster or root.cluster, one.code, one.subject)
                self._under.setdefault(key, root)

    def twins(self, root: RootCause) -> frozenset[str]:
        """Return the titles of the other roots of its code that are about its object."""
        return frozenset(one.title for one in self._own.get(key_of(root), ())) - {root.title}

    def itself(self, root: RootCause, twins: AbstractSet[str] = frozenset()) -> RootCause | None:
        """Return a root of an earlier look as it is now; None if it is none any more.

        Its title may tell an age, and so be another one by now; but one of the titles that its
        twins had then is that twin's.
        """
        others = {mark(one) for one in twins} - {mark(root.title)}
        alike = [
            one
            for one in self._own.get(key_of(root), ())
            if one.title not in twins and mark(one.title) not in others
        ]
        same = [one for one in alike if one.title == root.title]
        same = same or [one for one in alike if mark(one.title) == mark(root.title)]
        return next(iter(same or alike), None)

    def again(self, root: RootCause, twins: AbstractSet[str] = frozenset()) -> RootCause | None:
        """Return a root of an earlier look as it is now: itself, what explains it, or None."""
        return self.itself(root, twins) or self._under.get(key_of(root))
