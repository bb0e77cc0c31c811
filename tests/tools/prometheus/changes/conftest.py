"""Places for changes: a real Alertmanager or Prometheus, on the one real cluster of the run."""

import os
from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from tests.tools.prometheus.changes.place import Held, Place, an_alertmanager, configure
from tests.tools.prometheus.changes.processes import program
from tests.tools.prometheus.changes.rules_place import Server, a_prometheus, followed

_NUMBERS = count()
CART = """\
# kept by the shop team
groups:
  - name: cart
    rules:
      - alert: CartDown
        expr: up{job="cart"} == 0
        for: 5m
        labels: {severity: critical}
        annotations: {summary: the cart is down}
"""


@pytest.fixture
def alertmanager(tmp_path: Path) -> Generator[Held]:
    with an_alertmanager(tmp_path / "alertmanager") as found:
        yield found


@pytest.fixture
def place(
    sandbox: Instance,
    tmp_path: Path,
    server: Server,
    alertmanager: Held,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    config, state = tmp_path / "config", tmp_path / "state"
    state.mkdir(mode=0o700)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(config))
    configure(
        config,
        cluster=sandbox.context,
        url=server.url,
        alertmanager_url=alertmanager.url,
    )
    return Place(sandbox, state, alertmanager)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    with a_prometheus(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.fixture
def rules(
    sandbox: Instance, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> Generator[Place]:
    """A namespace whose ConfigMaps, where they say so, are the rule files of a real Prometheus."""
    config, state = tmp_path / "config", tmp_path / "state"
    state.mkdir(mode=0o700)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(config))
    monkeypatch.setenv("CLUSTERWRIGHT_PROMTOOL", str(program("promtool")))
    configure(config, cluster=sandbox.context, url=server.url)
    namespace = f"rules-{os.getpid()}-{next(_NUMBERS)}"
    sandbox.kubectl("create", "namespace", namespace)
    place = Place(sandbox, state, Held(""), namespace)
    place.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "rules", "labels": {"rules": "yes"}},
            "data": {"cart.yaml": CART},
        }
    )
    with followed(sandbox, namespace, server):
        yield place
    sandbox.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture
def shop(
    monitored_sandbox: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Place]:
    """A namespace of the monitored cluster, whose backends are found and not configured."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("CLUSTERWRIGHT_PROMTOOL", str(program("promtool")))
    namespace = f"shop-{os.getpid()}-{next(_NUMBERS)}"
    monitored_sandbox.kubectl("create", "namespace", namespace)
    place = Place(monitored_sandbox, state, Held(monitored_sandbox.alertmanager_url), namespace)
    place.policy = {**place.policy, "proof_seconds": 90, "machine_proof_seconds": 90}
    yield place
    monitored_sandbox.kubectl("delete", "namespace", namespace, "--wait=false")
