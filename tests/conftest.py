"""What many tests share: the event loop, and one real cluster for the whole run."""

import os
from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance, down, find, runs, up

REUSED = "CLUSTERWRIGHT_TEST_SANDBOX"
"""Names a sandbox to run the tests on, which is then left as it is."""
REUSED_MONITORED = "CLUSTERWRIGHT_TEST_MONITORED"
"""Names one with Prometheus in the same way."""
REUSED_GPU = "CLUSTERWRIGHT_TEST_GPU"
"""Names one with GPU nodes in the same way."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of each costly cluster together, in whatever order they are in.

    A management cluster is taken down as soon as its tests are done, and the sandboxes with GPUs
    and with Prometheus, which many folders share, come last: several at a time would take the
    machine's two cores from the tests. In these scenarios are judged before anything else goes
    wrong, which alerts tell for minutes after it is gone.
    """
    items.sort(key=_costly_cluster)


def _costly_cluster(item: pytest.Item) -> tuple[bool, bool, bool, str]:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    folder = str(item.path.parent) if "management" in fixtures else ""
    monitored, gpu = "monitored_sandbox" in fixtures, "gpu_sandbox" in fixtures
    return monitored, gpu, (monitored or gpu) and "e2e" not in item.path.parts, folder


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep plans, audit, keys, policy and charts of this run apart from those of the user."""
    folder = tmp_path_factory.mktemp("clusterwright")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CONFIG", "CACHE"):
            patch.setenv(f"CLUSTERWRIGHT_{name}_DIR", str(folder / name.lower()))
        # Hundreds of programs of ours are started: compiled once, each starts a good deal sooner.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Instance]:
    """A real cluster of this run's own: with a real node where root on Linux allows it."""
    reused = os.environ.get(REUSED)
    name = reused or f"test-{os.getpid()}"
    yield find(name) if reused and runs(name) else up(name)
    if not reused:
        down(name)


@pytest.fixture(scope="session")
def monitored_sandbox() -> Iterator[Instance]:
    """A real cluster with Prometheus and its operator, Alertmanager and metrics-server."""
    reused = os.environ.get(REUSED_MONITORED)
    name = reused or f"test-{os.getpid()}-monitored"
    try:
        # One that runs is taken as it is: not all that others have it scrape need be well.
        yield find(name) if reused and runs(name) else up(name, prometheus=True)
    finally:
        if not reused:
            down(name)


@pytest.fixture(scope="session")
def gpu_sandbox() -> Iterator[Instance]:
    """A real cluster with simulated GPU nodes, and what the GPU operators run on them."""
    reused = os.environ.get(REUSED_GPU)
    name = reused or f"test-{os.getpid()}-gpu"
    try:
        yield find(name) if reused and runs(name) else up(name, real_node=False, gpu=True)
    finally:
        if not reused:
            down(name)
