"""One management cluster for the tests of a folder, and a namespace for each test."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance, down, up
from tests.tools.cluster_api.changes.place import Place

REUSED = "CLUSTERWRIGHT_TEST_MANAGEMENT"
"""Names a sandbox with Cluster API to run these tests on, which is then left as it is."""
_NUMBERS = count()


@pytest.fixture(scope="package")
def management() -> Iterator[Instance]:
    reused = os.environ.get(REUSED)
    name = reused or f"capi-changes-{os.getpid()}"
    yield up(name, cluster_api=True)
    if not reused:
        down(name)


@pytest.fixture
def place(management: Instance, tmp_path: Path) -> Iterator[Place]:
    name = f"clusters-{os.getpid()}-{next(_NUMBERS)}"
    management.kubectl("create", "namespace", name)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    found = Place(management, name, state)
    yield found
    for one in found.listed("clusters.cluster.x-k8s.io"):  # a paused one would never go
        patch = '{"spec":{"paused":null}}'
        found.kubectl("patch", "cluster", one["metadata"]["name"], "--type=merge", "-p", patch)
    found.kubectl("delete", "clusters.cluster.x-k8s.io", "--all", "--timeout=110s")
    management.kubectl("delete", "namespace", name, "--wait=false")
