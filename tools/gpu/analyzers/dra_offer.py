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
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_CORRECT = Cure("Correct the selectors of the request: describe a ResourceSlice to see attributes")
_WAIT = Cure("Wait until a claim is given back, ask for fewer, or add a node")


@dataclass(frozen=True)
class Offer:
    """The devices of a class, and which of them would do; what cannot be told counts as such."""

    estate: Estate
    way: Way

    @cached_property
    def _published(self) -> Sequence[Device]:
        every = self.estate.derived(Pools).devices
        return [one for one in every if one.complete and one.driver in self.way.drivers]

    @cached_property
    def _able(self) -> Sequence[Device]:
        return [one for one in self._published if self.way.in_class(one) is not False]

    @cached_property
    def _matching(self) -> Sequence[Device]:
        return [one for one in self._able if self.way.matches(one) is not False]

    def _free(self, some: Sequence[Device]) -> Sequence[Device]:
        taken = self.estate.derived(given)
        return [one for one in some if self.way.admin or one.accounted or one.key not in taken]

    @cached_property
    def _most(self) -> int:
        """The most that a node has free of those that match, with those of no single node."""
        left = Counter(one.node for one in self._free(self._matching))
        return max((n for node, n in left.items() if node), default=0) + left[""]

    @property
    def _enough(self) -> bool:
        if self.way.count:
            return self._most >= self.way.count
        every = Counter(one.node for one in self._matching)
        left = Counter(one.node for one in self._free(self._matching))
        return any(left[node] == n for node, n in every.items())

    @property
    def _unread(self) -> bool:
        return any(self.way.matches(one) is None for one in self._free(self._matching))

    @property
    def would_do(self) -> bool:
        """Return whether a node has enough of it, for all that can be told."""
        return self._enough and not self._unread

    @property
    def lack(self) -> tuple[str, Cure] | None:
        """What it lacks, with what helps; None where nothing does, or taints, which nodes tell."""
        free = self._free(self._matching)
        tainted = free and not any(map(self.way.tolerates, free))
        if not self._published or tainted or self.would_do:
            return None
        driver, name = self._published[0].driver, word(self.way.device_class)
        if not self._able:
            many = len(self._published)
            return f"None of the {many} devices of {driver} is of class {name}", _CORRECT
        some = len(self._free(self._able))
        if self._enough:
            say = f"{some} devices of {driver} are free; whether they match {self._expression}"
            return f"{say} is not judged here", _CORRECT
        if some and not self._matching:
            say = f"Of {some} free devices of {driver} none is one that matches {self._expression}"
            return say, _CORRECT
        return self._too_few(f"of class {name} ({driver})"), _WAIT

    def _too_few(self, of: str) -> str:
        taken, free = self.estate.derived(given), self._free(self._matching)
        refs = {str(Ref.of(one)) for device in self._matching for one in taken.get(device.key, ())}
        rest = f"at most {self._most} of {len(free)} free ones are on one node"
        asked = f"{self.way.count} devices {of} are asked for"
        if not self.way.count:
            asked, rest = f"All devices {of} of a node are asked for", "no node has all of its free"
        rest = rest if free else "none is free"
        held = f": held by {few(sorted(refs), 3)}" if refs else ""
        return f"{asked}, and {rest}{held}"

    @property
    def _expression(self) -> str:
        expressions = (*self.way.own, *self.way.of_class)
        return quoted(shorten(" ".join(expressions[0].split()), 120))
