"""What many tests share: the event loop, and one real cluster for the whole run."""

from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance, down, find, up
from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError

SHARED = "test"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Instance]:
    """A real cluster: a real node where root on Linux allows it; left alone if it ran before."""
    ran = _runs(SHARED)
    yield up(SHARED)
    if not ran:
        down(SHARED)


def _runs(name: str) -> bool:
    try:
        return find(name).running
    except NoSuchInstanceError:
        return False
