"""The sandbox with GPU nodes, with a few words for it."""

from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.deploy.sandbox.gpu.steered import Steered, until


@pytest.fixture
def gpu(gpu_sandbox: Instance) -> Iterator[Steered]:
    """The nodes and operands of the GPU sandbox, at rest: nothing rolls out that others undid."""
    found = Steered.of(gpu_sandbox)
    try:
        until(found.rolling_out, set[str]())
        yield found
    finally:
        found.api.close()
