"""What many tests share: the event loop, and one real cluster for the whole run."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from clusterwright.deploy.sandbox import Instance, down, up

REUSED = "CLUSTERWRIGHT_TEST_SANDBOX"
"""Names a sandbox to run the tests on, which is then left as it is."""
REUSED_MANAGEMENT = "CLUSTERWRIGHT_TEST_MANAGEMENT"
"""Names one with Cluster API, as `REUSED`."""


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
    with _up(os.environ.get(REUSED), f"test-{os.getpid()}") as found:
        yield found


@pytest.fixture(scope="session")
def management() -> Iterator[Instance]:
    """A real management cluster of this run's own; each module has namespaces of its own in it."""
    reused = os.environ.get(REUSED_MANAGEMENT)
    with _up(reused, f"test-capi-{os.getpid()}", cluster_api=True) as found:
        yield found


@contextmanager
def _up(reused: str | None, name: str, *, cluster_api: bool = False) -> Generator[Instance]:
    yield up(reused or name, cluster_api=cluster_api)
    if not reused:
        down(name)
