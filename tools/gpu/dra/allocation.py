"""Whether the devices of one node can meet all requests of a pod's claims at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from clusterwright.tools.gpu.dra.device import Device, Key
from clusterwright.tools.gpu.dra.request import Constraint, Way

_MOST = 2_000
"""Choices that are tried before it is said that it cannot be told."""
_Shared = dict[int, object]


@dataclass(frozen=True)
class Need:
    """A request, the ways to meet it, and what binds it to others of its claim."""

    ways: Sequence[Way]
    constraints: Sequence[Constraint]


@dataclass
class Search:
    """Tries devices for one need after the other, as the structured allocator does."""

    needs: Sequence[Need]
    devices: Sequence[Device]
    given: Collection[Key]
    """Devices that claims have."""
    doubtful: bool
    """Whether what cannot be told counts in favour of the claims."""
    incomplete: bool = False
    tried: int = 0
    _taken: set[Key] = field(default_factory=set[Key])

    def succeeds(self) -> bool:
        """Return whether devices were found for all needs."""
        return self._meet(0, {})

    @property
    def gave_up(self) -> bool:
        """Whether there were too many choices to try them all."""
        return self.tried >= _MOST

    def _meet(self, index: int, shared: _Shared) -> bool:
        if index == len(self.needs):
            return True
        need = self.needs[index]
        return any(self._by(way, need.constraints, index, shared) for way in need.ways)

    def _by(self, way: Way, constraints: Sequence[Constraint], index: int, shared: _Shared) -> bool:
        answers = [(one, way.selects(one)) for one in self.devices]
        sure = [one for one, answer in answers if answer]
        perhaps = [one for one, answer in answers if answer is None]
        free = [one for one in sure if self._open(way, one)]
        if not way.count:
            # All of them: one that may be among them can only be in the way.
            some = sure or (self.doubtful and perhaps)
            if self.incomplete or not some or len(free) < len(sure):
                return False
            if perhaps and not self.doubtful:
                return False
        elif self.doubtful:
            free += [one for one in perhaps if self._open(way, one)]
        for chosen in combinations(free, way.count or len(free)):
            self.tried += 1
            if self.gave_up:
                return False
            agreed = self._agree(chosen, way, constraints, shared)
            if agreed is None:
                continue
            keys = {one.key for one in chosen if not way.admin}
            self._taken |= keys
            if self._meet(index + 1, agreed):
                return True
            self._taken -= keys
        return False

    def _open(self, way: Way, device: Device) -> bool:
        used = device.key in self._taken or (device.key in self.given and not device.accounted)
        return way.tolerates(device) and (way.admin or not used)

    def _agree(
        self,
        chosen: Sequence[Device],
        way: Way,
        constraints: Sequence[Constraint],
        shared: _Shared,
    ) -> _Shared | None:
        """Return what devices must have in common from now on; None where they do not agree."""
        agreed = dict(shared)
        for one in constraints:
            if not one.binds(way.name):
                continue
            for device in chosen:
                value, told = one.value(device)
                if not told and self.doubtful:
                    continue
                if value is None or agreed.setdefault(id(one), value) != value:
                    return None
        return agreed
