"""A real cluster's namespace for the tests of one module, and the clusters that tools work in."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest

Apply = Callable[..., None]


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


@pytest.fixture(scope="module")
def namespace(sandbox: Instance, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"{request.path.stem.removeprefix('test_').replace('_', '-')}-{os.getpid()}"
    sandbox.kubectl("create", "namespace", name)
    yield name
    # Whoever asks about the whole cluster next must not meet what was made here.
    sandbox.kubectl("delete", "namespace", name)


@pytest.fixture(scope="module")
def apply(sandbox: Instance, namespace: str) -> Apply:
    """Create objects in the namespace."""

    def create(*objects: Manifest) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        sandbox.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(listed))

    return create
