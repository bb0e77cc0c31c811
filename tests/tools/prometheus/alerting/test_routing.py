"""Who would be told of an alert, held against what a real Alertmanager says of it."""

import time
from collections.abc import Iterator

import httpx
import pytest

from clusterwright.tools.prometheus.alerting.routing import read_matcher, read_routing
from tests.tools.prometheus.changes.processes import free_port, program, running

CONFIG = r"""
route:
  receiver: root
  group_wait: 1h
  routes:
  - matchers: ['team="shop"']
    receiver: shop
    routes:
    - {matchers: ['severity=~"critical|page"'], receiver: shop-pager}
    - {matchers: ['severity!="info"', 'quiet!~".+"'], receiver: shop-chat, continue: true}
    - {match: {night: "yes"}, receiver: shop-night}
  - matchers: ['{team="infra", node=~"gpu-.*"}']
    receiver: gpu
    continue: true
  - {match_re: {node: "gpu-[0-9]+"}, receiver: nodes}
  - {matchers: ['text="with \"marks\" and \\ more"'], receiver: marks}
  - matchers: [absent=""]
    receiver: rest
receivers: [{name: root}, {name: shop}, {name: shop-pager}, {name: shop-chat}, {name: shop-night},
  {name: gpu}, {name: nodes}, {name: marks}, {name: rest, webhook_configs: [{url: 'http://127.0.0.1:1'}]}]
"""
ALERTS: list[dict[str, str]] = [
    {"team": "shop"},
    {"team": "shop", "severity": "critical"},
    {"team": "shop", "severity": "criticality"},
    {"team": "shop", "severity": "warning", "night": "yes"},
    {"team": "shop", "severity": "info"},
    {"team": "shop", "severity": "info", "night": "yes"},
    {"team": "shop", "severity": "warning", "quiet": "yes"},
    {"team": "infra", "node": "gpu-1"},
    {"team": "infra", "node": "gpu-a"},
    {"team": "other", "node": "gpu-17"},
    {"text": 'with "marks" and \\ more'},
    {"absent": "no"},
    {"node": "agpu-1b"},
]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Return the configuration as a real Alertmanager tells it, and the receivers of each alert."""
    folder, address = tmp_path_factory.mktemp("routing"), f"127.0.0.1:{free_port()}"
    (folder / "config.yaml").write_text(CONFIG)
    argv = [
        str(program("alertmanager")),
        f"--config.file={folder / 'config.yaml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    url = f"http://{address}/api/v2/alerts"
    status = f"http://{address}/api/v2/status"
    with running(argv, f"http://{address}/-/ready", folder / "log"):
        fired = [{"labels": {"alertname": f"a{i}", **one}} for i, one in enumerate(ALERTS)]
        httpx.post(url, json=fired).raise_for_status()
        deadline = time.monotonic() + 10
        while len(found := httpx.get(url).json()) < len(ALERTS):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield (
            httpx.get(status).json()["config"]["original"],
            {
                one["labels"]["alertname"]: [receiver["name"] for receiver in one["receivers"]]
                for one in found
            },
        )


@pytest.mark.parametrize("number", range(len(ALERTS)))
def test_the_receivers_of_an_alert_are_those_that_alertmanager_tells(
    real: tuple[str, dict[str, list[str]]], number: int
) -> None:
    written, told = real
    routing = read_routing(written)
    assert routing is not None
    labels = {"alertname": f"a{number}", **ALERTS[number]}
    assert list(routing.receivers(labels) or ()) == told[f"a{number}"]


def test_a_receiver_that_is_only_a_name_tells_nobody() -> None:
    routing = read_routing(CONFIG)
    assert routing is not None
    assert "rest" not in routing.silent
    assert "root" in routing.silent


@pytest.mark.parametrize(
    "written", ["", "[]", "route: 5", "{", "a: &a [*a]", "x" * 4_000_001, "[" * 5_000]
)
def test_what_is_no_configuration_has_no_routing(written: str) -> None:
    assert read_routing(written) is None


def test_where_a_condition_cannot_be_judged_nobody_is_named() -> None:
    routing = read_routing("route: {receiver: a, routes: [{receiver: b, matchers: ['((']}]}")
    assert routing is not None
    assert routing.receivers({}) is None


@pytest.mark.parametrize("written", ["", "=", "a", 'a="b" c="d"', "a=~"])
def test_odd_conditions_break_nothing(written: str) -> None:
    found = read_matcher(written)
    assert found is None or found.value == ""
