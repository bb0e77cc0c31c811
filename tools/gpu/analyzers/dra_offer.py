"""What there is for one way to meet a request of a claim, and what is the matter with it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.excerpt import few, shorten
from clusterwright.tools.gpu.analyzers.about import Cure
from clusterwright.tools.gpu.dra.claims import given
from clusterwright.tools.gpu.dra.device import Device, Pools
from clusterwright.tools.gpu.dra.request import Way
from clusterwright.tools.gpu.dra.selector import holds
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_MOST = 100
"""Wishes that differ and are judged, each against all devices; of others nothing is told."""
_CORRECT = Cure("Correct the selectors of the request: describe a ResourceSlice to see attributes")
_WAIT = Cure("Wait until a claim is given back, ask for fewer, or add a node")


@dataclass(frozen=True)
class Offer:
    """The devices of a class, and which of them would do; what cannot be told counts as such."""

    estate: Estate
    way: Way

    @cached_property
    def _published(self) -> Sequence[Device]:
        drivers, every = self.way.drivers, self.estate.derived(Pools).devices
        return [one for one in every if one.complete and one.driver in drivers]

    @cached_property
    def _able(self) -> Sequence[Device]:
        return [one for one in self._published if self.way.in_class(one) is not False]

    @cached_property
    def _matching(self) -> Sequence[Device]:
        return [one for one in self._able if self.way.matches(one) is not False]

    @cached_property
    def _left(self) -> Sequence[Device]:
        return self._free(self._matching)

    def _free(self, some: Sequence[Device]) -> Sequence[Device]:
        taken = self.estate.derived(given)
        return [one for one in some if self.way.admin or one.accounted or one.key not in taken]

    @cached_property
    def _most(self) -> int:
        """The most that a node has free of those that match, with those of no single node."""
        left = Counter(one.node for one in self._left)
        return max((n for node, n in left.items() if node), default=0) + left[""]

    @property
    def _enough(self) -> bool:
        if self.way.count:
            return self._most >= self.way.count
        every = Counter(one.node for one in self._matching)
        left = Counter(one.node for one in self._left)
        return any(left[node] == n for node, n in every.items())

    @property
    def _unread(self) -> str:
        """The selector that is not evaluated for a device that is free; empty if all are."""
        every = (*self.way.own, *self.way.of_class)
        return next((one for one in every if any(holds(one, d) is None for d in self._left)), "")

    @cached_property
    def would_do(self) -> bool:
        """Whether a node has enough of it, for all that can be told."""
        return self._enough and not self._unread

    @cached_property
    def lack(self) -> tuple[str, Cure] | None:
        """What it lacks, with what helps; None where nothing does, or taints, which nodes tell."""
        tainted = self._left and not any(map(self.way.tolerates, self._left))
        if not self._published or tainted or self.would_do:
            return None
        driver, name = self._published[0].driver, word(self.way.device_class)
        if not self._able:
            many = len(self._published)
            return f"None of the {many} devices of {driver} is of class {name}", _CORRECT
        some = len(self._free(self._able))
        if self._enough:
            say = f"{some} devices of {driver} are free; whether they match {_shown(self._unread)}"
            return f"{say} is not judged here", _CORRECT
        if some and not self._matching:
            own = _shown(self.way.own[0])
            return f"Of {some} free devices of {driver} none is one that matches {own}", _CORRECT
        return self._too_few(f"of class {name} ({driver})"), _WAIT

    def _too_few(self, of: str) -> str:
        taken = self.estate.derived(given)
        refs = {str(Ref.of(one)) for device in self._matching for one in taken.get(device.key, ())}
        rest = f"at most {self._most} of {len(self._left)} free ones are on one node"
        asked = f"{self.way.count} devices {of} are asked for"
        if not self.way.count:
            asked, rest = f"All devices {of} of a node are asked for", "no node has all of its free"
        rest = rest if self._left else "none is free"
        held = f": held by {few(sorted(refs), 3)}" if refs else ""
        return f"{asked}, and {rest}{held}"


def _shown(expression: str) -> str:
    return quoted(shorten(" ".join(expression.split()), 120))


class Offers:
    """What there is for all that is asked for, worked out once for those who ask the same."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Work nothing out yet."""
        self._estate = estate_of(snapshot)
        self._known: dict[str, Offer] = {}

    def of(self, ways: Sequence[Way]) -> Sequence[Offer]:
        """Return what there is for each way to meet a request; nothing once many were judged."""
        spelled = [repr(way) for way in ways]
        for key, way in zip(spelled, ways, strict=True):
            if key not in self._known and len(self._known) < _MOST:
                self._known[key] = Offer(self._estate, way)
        found = [self._known[key] for key in spelled if key in self._known]
        return found if len(found) == len(ways) else []
