"""What many tests share: the event loop, and one real cluster for the whole run."""

import os
from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance, down, up

REUSED = "CLUSTERWRIGHT_TEST_SANDBOX"
"""Names a sandbox to run the tests on, which is then left as it is."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Instance]:
    """A real cluster of this run's own: with a real node where root on Linux allows it."""
    reused = os.environ.get(REUSED)
    name = reused or f"test-{os.getpid()}"
    yield up(name)
    if not reused:
        down(name)
