"""A management cluster for the tests of one module or folder."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from clusterwright.deploy.sandbox import Instance, down, up

REUSED = "CLUSTERWRIGHT_TEST_MANAGEMENT"
"""Names a sandbox with Cluster API to run tests on, which is then left as it is."""


@contextmanager
def management_cluster(
    name: str, *, real_node: bool = True, reusable: bool = False
) -> Generator[Instance]:
    """Run one, and take it down however the tests end.

    It may be one that is there for those that keep to namespaces of their own (`reusable`).
    """
    reused = os.environ.get(REUSED) if reusable else None
    own = reused or f"{name}-{os.getpid()}"
    try:
        yield up(own, real_node=real_node, cluster_api=True)
    finally:
        if not reused:
            down(own)
