"""One namespace for each test, so that its writes can be told from all others."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.trust.changes.workplace import Workplace

_NUMBERS = count()


@pytest.fixture
def place(sandbox: Instance, tmp_path: Path) -> Iterator[Workplace]:
    name = f"changes-{os.getpid()}-{next(_NUMBERS)}"
    sandbox.kubectl("create", "namespace", name)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    yield Workplace(sandbox, name, state)
    sandbox.kubectl("delete", "namespace", name, "--wait=false")
