"""One management cluster for all that is tried with simulated clouds."""

import subprocess
from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.management_cluster import management_cluster

Started = list[subprocess.Popen[bytes]]


@pytest.fixture(scope="package")
def started() -> Iterator[Started]:
    """Processes that a test started and that later ones rely on; they end last."""
    found: Started = []
    yield found
    for process in found:
        process.kill()
        process.wait()


@pytest.fixture(scope="package")
def management(started: Started) -> Iterator[Instance]:
    """A management cluster; with namespaces of its own where root on Linux allows it."""
    assert not started
    with management_cluster("clouds") as found:
        yield found
