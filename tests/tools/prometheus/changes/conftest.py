"""A place for changes of silences: a real Alertmanager, on the one real cluster of the run."""

from collections.abc import Generator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.tools.prometheus.changes.place import Held, Place, an_alertmanager, configure


@pytest.fixture
def alertmanager(tmp_path: Path) -> Generator[Held]:
    with an_alertmanager(tmp_path / "alertmanager") as found:
        yield found


@pytest.fixture
def place(
    sandbox: Instance, tmp_path: Path, alertmanager: Held, monkeypatch: pytest.MonkeyPatch
) -> Place:
    config, state = tmp_path / "config", tmp_path / "state"
    state.mkdir(mode=0o700)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(config))
    configure(
        config,
        cluster=sandbox.context,
        url="http://127.0.0.1:1",
        alertmanager_url=alertmanager.url,
    )
    return Place(sandbox, state, alertmanager)
