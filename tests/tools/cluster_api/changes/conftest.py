"""One management cluster for the tests of a folder, and a namespace for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.management_cluster import management_cluster
from tests.tools.cluster_api.changes.place import Place, place_in


@pytest.fixture(scope="package")
def management() -> Iterator[Instance]:
    with management_cluster("capi-changes", reusable=True) as found:
        yield found


@pytest.fixture
def place(management: Instance, tmp_path: Path) -> Iterator[Place]:
    with place_in(management, tmp_path) as found:
        yield found
