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


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep plans, audit, keys and policy of this run apart from those of the user."""
    folder = tmp_path_factory.mktemp("clusterwright")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CONFIG"):
            patch.setenv(f"CLUSTERWRIGHT_{name}_DIR", str(folder / name.lower()))
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Instance]:
    """A real cluster of this run's own: with a real node where root on Linux allows it."""
    reused = os.environ.get(REUSED)
    name = reused or f"test-{os.getpid()}"
    yield up(name)
    if not reused:
        down(name)
