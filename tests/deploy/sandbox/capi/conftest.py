"""One management cluster for all that is tried with simulated clouds."""

import os
from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance, down, up


@pytest.fixture(scope="package")
def management() -> Iterator[Instance]:
    """A management cluster; with namespaces of its own where root on Linux allows it."""
    name = f"clouds-{os.getpid()}"
    try:
        yield up(name, cluster_api=True)
    finally:
        down(name)
