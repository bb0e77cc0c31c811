"""Relabelling evaluated here makes of targets what a real Prometheus makes of them."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.scraping.configuration import read_configuration
from clusterwright.tools.prometheus.scraping.relabelling import relabelled, rules_of
from clusterwright.tools.prometheus.scraping.target import Targets, read_targets
from tests.tools.prometheus.changes.processes import free_port, program, running

LABELS = {
    "__meta_pod": "cart-7d9f",
    "__meta_port": "8080",
    "__meta_Mixed": "Ünï-Case",
    "__meta_kubernetes_pod_label_app": "cart",
    "__meta_kubernetes_pod_label_tier": "front",
    "__meta_lines": "one\ntwo",
    "team": "shop",
}
RULES: dict[str, list[Manifest]] = {
    "replace": [{"source_labels": ["__meta_pod"], "regex": "(.+)-(.+)", "target_label": "app"}],
    "groups": [
        {
            "source_labels": ["__meta_pod", "__meta_port"],
            "separator": "@",
            "regex": "(?P<name>.+)-.*@(\\d+)",
            "target_label": "a",
            "replacement": "${name}:$2-$0-$$",
        }
    ],
    "no match": [{"source_labels": ["__meta_pod"], "regex": "x.*", "target_label": "app"}],
    "part is no match": [{"source_labels": ["__meta_pod"], "regex": "cart", "target_label": "app"}],
    "empty takes away": [{"target_label": "team", "replacement": ""}],
    "made name": [
        {"source_labels": ["team"], "target_label": "of_${1}", "replacement": "yes"}
    ],
    "made name of other letters": [
        {"source_labels": ["__meta_pod"], "target_label": "of_${1}", "replacement": "yes"}
    ],
    "keep": [{"source_labels": ["__meta_port"], "regex": "80(80|90)", "action": "keep"}],
    "keep drops": [{"source_labels": ["__meta_port"], "regex": "80", "action": "keep"}],
    "keep what is absent": [{"source_labels": ["absent"], "regex": "", "action": "keep"}],
    "drop": [{"source_labels": ["team"], "regex": "s(h)op", "action": "drop"}],
    "drop in the third step": [
        {"source_labels": ["team"], "target_label": "a"},
        {"source_labels": ["a"], "regex": "x", "action": "drop"},
        {"source_labels": ["a"], "regex": "shop", "action": "drop"},
    ],
    "labelmap": [{"regex": "__meta_kubernetes_pod_label_(.+)", "action": "labelmap"}],
    "labelmap to one": [
        {"regex": "__meta_kubernetes_pod_label_app", "action": "labelmap", "replacement": "x"}
    ],
    "labelmap of several to one": [
        {"regex": "__meta_kubernetes_pod_label_.+", "action": "labelmap", "replacement": "x"}
    ],
    "labeldrop": [{"regex": "te.*", "action": "labeldrop"}],
    "labelkeep": [{"regex": "__.*|team", "action": "labelkeep"}],
    "hashmod": [
        {"source_labels": ["__meta_pod", "team"], "modulus": 7, "target_label": "shard",
         "action": "hashmod"}
    ],
    "lowercase": [
        {"source_labels": ["__meta_Mixed"], "target_label": "low", "action": "lowercase"}
    ],
    "uppercase": [
        {"source_labels": ["__meta_Mixed"], "target_label": "up", "action": "uppercase"}
    ],
    "keepequal": [
        {"source_labels": ["team"], "target_label": "__meta_pod", "action": "keepequal"}
    ],
    "dropequal": [
        {"source_labels": ["team"], "target_label": "team", "action": "dropequal"}
    ],
    "case": [{"source_labels": ["__meta_pod"], "regex": "(?i)CART-.*", "target_label": "a"}],
    "classes": [
        {"source_labels": ["__meta_pod"], "regex": "[a-z]+-[[:xdigit:]]+", "target_label": "a"}
    ],
    "lazy": [{"source_labels": ["__meta_pod"], "regex": "(.*?)(a.*)", "target_label": "a"}],
    "catastrophic": [
        {"source_labels": ["__meta_pod"], "regex": "(a+)+(b+)+(.*)*x", "target_label": "a"}
    ],
}  # fmt: skip
SURE = RULES.keys() - {"classes", "catastrophic", "labelmap of several to one"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("relabelling")
    yield from _running(folder)


def _running(folder: Path) -> Iterator[str]:
    scrapes: list[Json] = [
        {
            "job_name": name,
            "scrape_interval": "1h",
            "static_configs": [{"targets": ["127.0.0.1:1"], "labels": LABELS}],
            "relabel_configs": rules,
        }
        for name, rules in RULES.items()
    ]
    (folder / "prometheus.yml").write_text(yaml.safe_dump({"scrape_configs": scrapes}))
    address = f"127.0.0.1:{free_port()}"
    argv = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with running(argv, f"http://{address}/-/ready", folder / "log"):
        deadline = time.monotonic() + 15
        while len({*_pools(found := _targets(f"http://{address}"))}) < len(RULES):
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        yield f"http://{address}"


def _targets(url: str) -> Targets:
    return read_targets(httpx.get(f"{url}/api/v1/targets").json()["data"])


def _pools(found: Targets) -> list[str]:
    return [one.pool for one in (*found.active, *found.dropped)]


@pytest.mark.parametrize("pool", RULES)
def test_rules_make_of_a_target_what_prometheus_makes_of_it(url: str, pool: str) -> None:
    configuration = read_configuration(httpx.get(f"{url}/api/v1/status/config").json()["data"])
    scrape = configuration.scrape(pool) if configuration else None
    assert scrape is not None
    assert scrape.rules is not None
    targets = _targets(url)
    kept = [one for one in targets.active if one.pool == pool]
    dropped = [one for one in targets.dropped if one.pool == pool]
    (one,) = (*kept, *dropped)
    outcome = relabelled(scrape.rules, one.discovered)
    if pool not in SURE and outcome.fate == "untold":
        return
    assert outcome.fate == ("kept" if kept else "dropped")
    if kept:
        shown = {k: v for k, v in outcome.labels.items() if not k.startswith("__")}
        assert {"instance": "127.0.0.1:1", **shown} == kept[0].labels


def test_what_prometheus_leaves_to_chance_is_untold() -> None:
    rules = rules_of(RULES["labelmap of several to one"])
    assert rules is not None
    assert relabelled(rules, LABELS).fate == "untold"
    same = dict.fromkeys(LABELS, "cart")
    assert relabelled(rules, same).labels == {**same, "x": "cart"}
