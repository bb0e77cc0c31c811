"""Whether the devices of one node can meet all requests of a pod's claims at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from clusterwright.tools.gpu.fit.dra.device import Device, Key
from clusterwright.tools.gpu.fit.dra.request import Constraint, Way
from clusterwright.tools.manifest import Json

_MOST = 2_000
"""Choices that are tried before it is said that it cannot be told."""


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
    """Whether a device of which it cannot be told counts as one that would do."""
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

    def _meet(self, index: int, shared: dict[int, Json]) -> bool:
        if index == len(self.needs):
            return True
        need = self.needs[index]
        return any(self._by(way, need.constraints, index, shared) for way in need.ways)

    def _by(
        self, way: Way, constraints: Sequence[Constraint], index: int, shared: dict[int, Json]
    ) -> bool:
        fitting = [one for one in self.devices if self._selects(way, one)]
        free = [
            one for one in fitting if way.tolerates(one) and (way.admin or not self._in_use(one))
        ]
        if not way.count and (self.incomplete or not fitting or len(free) < len(fitting)):
            return False
        if way.count > len(free):
            return False
        for chosen in combinations(free, way.count or len(free)):
            self.tried += 1
            if self.gave_up:
                return False
            agreed = _agree(chosen, way, constraints, shared)
            if agreed is None:
                continue
            keys = {one.key for one in chosen if not way.admin}
            self._taken |= keys
            if self._meet(index + 1, agreed):
                return True
            self._taken -= keys
        return False

    def _in_use(self, device: Device) -> bool:
        return device.key in self._taken or (device.key in self.given and not device.accounted)

    def _selects(self, way: Way, device: Device) -> bool:
        found = way.selects(device)
        return self.doubtful if found is None else found


def _agree(
    chosen: Sequence[Device], way: Way, constraints: Sequence[Constraint], shared: dict[int, Json]
) -> dict[int, Json] | None:
    """Return what devices must have in common from now on; None where they do not agree."""
    agreed = dict(shared)
    for one in constraints:
        if not one.binds(way.name):
            continue
        for device in chosen:
            value = one.value(device)
            if value is None or agreed.setdefault(id(one), value) != value:
                return None
    return agreed
