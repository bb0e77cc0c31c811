"""The one monitored sandbox of the run, and a namespace in it in which much is wrong."""

import os
from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.deploy.sandbox.monitoring.troubles import NODE, Troubles
from tests.deploy.sandbox.monitoring.watched import Watched


@pytest.fixture(scope="session")
def watched(monitored_sandbox: Instance) -> Watched:
    return Watched(monitored_sandbox)


@pytest.fixture(scope="module")
def troubles(watched: Watched) -> Iterator[Troubles]:
    """Everything that is wrong is made at once: the alerts about it take half a minute."""
    found = Troubles(watched, f"troubles-{os.getpid()}")
    kubectl = watched.instance.kubectl
    kubectl("create", "namespace", found.namespace)
    try:
        found.make()
        yield found
    finally:
        kubectl("annotate", "node", NODE, "gpu.sandbox.clusterwright.io/2.xid-")
        kubectl("delete", "node", found.node, "--ignore-not-found")
        kubectl("delete", "persistentvolume", found.namespace, "--ignore-not-found", "--wait=false")
        kubectl("delete", "namespace", found.namespace, "--wait=false")
