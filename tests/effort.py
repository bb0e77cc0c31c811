"""How a function's work grows with its input; what else the machine does must not matter."""

import gc
import time
from collections.abc import Callable

_TRIES = 3
"""A page that is fetched, or a clock that is set, may disturb one; a slow function fails each."""
_FACTOR, _MOST = 4, 10
"""Four times the input is about four times the work; of a quadratic search it would be sixteen."""
_LEAST_SECONDS = 0.01


def grows_linearly(work: Callable[[int], object], size: int) -> bool:
    """Return whether the CPU time of `work` grows about as its size does."""
    return any(_once(work, size) for _ in range(_TRIES))


def _once(work: Callable[[int], object], size: int) -> bool:
    few, many = _spent(work, size), _spent(work, size * _FACTOR)
    return many < _MOST * max(few, _LEAST_SECONDS)


def _spent(work: Callable[[int], object], size: int) -> float:
    """Return the CPU seconds that it takes; the garbage of earlier tests is not its work."""
    gc.disable()
    try:
        started = time.process_time()
        work(size)
        return time.process_time() - started
    finally:
        gc.enable()
