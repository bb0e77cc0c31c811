"""One line of the benchmark."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A measured value; less is better unless it says otherwise."""

    name: str
    value: float
    unit: str
    more_is_better: bool = False

    def worse_than(self, known: float, tolerance: float) -> bool:
        """Return whether it is worse than a known value by more than a factor."""
        if self.more_is_better:
            return self.value * tolerance < known
        return self.value > known * tolerance
