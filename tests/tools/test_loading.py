"""What is loaded stays out of the garbage collector's sight; the collector itself works on."""

import gc
from collections.abc import Iterator

import pytest

from clusterwright.tools.loading import loading


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_nothing_is_collected_while_loading() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_loaded_is_never_looked_at_again() -> None:
    with loading():
        loaded: list[list[str]] = [[] for _ in range(1_000)]
    assert gc.get_freeze_count() >= len(loaded)


def test_a_module_that_cannot_be_loaded_leaves_the_collector_on() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
