"""A place for changes of releases, on the one real cluster of the run."""

from collections.abc import Generator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.tools.helm.changes.place import Place, place_in


@pytest.fixture
def place(
    sandbox: Instance, tmp_path: Path, helm_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Place]:
    monkeypatch.setenv("CLUSTERWRIGHT_HELM", str(helm_path))
    with place_in(sandbox, tmp_path, monkeypatch) as found:
        yield found
