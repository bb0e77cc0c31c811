"""Versions of charts in order, as the real helm puts them."""

from pathlib import Path

import pytest
import yaml

from clusterwright.tools.helm.charts.index import parse_index
from clusterwright.tools.helm.charts.versions import major, newest, older, order, stable
from tests.tools.helm.charts.repositories import Helm

IN_ORDER = [
    "0.0.1",
    "0.9.0",
    "0.10.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "v1.0.1",
    "1.1.0+build.1",
    "2.0.0",
]


def test_versions_are_ordered_as_semver_has_it() -> None:
    assert sorted(set(IN_ORDER), key=order) == IN_ORDER


@pytest.mark.parametrize(
    ("version", "than", "comes_before"),
    [
        ("1.2.0-rc.1", "1.2.0", True),
        ("v1.2.0", "1.2.0", False),
        ("1.2", "1.2.0+build.2", False),
        ("1.9.0", "1.10.0", True),
        ("latest", "0.0.1", True),
    ],
)
def test_a_version_is_older_by_what_semver_compares(
    version: str, than: str, comes_before: bool
) -> None:
    assert older(version, than) is comes_before
    assert not older(than, version)


def test_the_major_version_is_the_first_number() -> None:
    assert [major(one) for one in ("v2.1.0-rc.1", "0.4", "latest")] == [2, 0, -1]


def test_helm_orders_an_index_alike(by_hand: Helm, tmp_path: Path) -> None:
    for version in IN_ORDER:
        by_hand.package("plain", tmp_path, f"--version={version}")
    by_hand("repo", "index", tmp_path)
    written = (tmp_path / "index.yaml").read_text()
    theirs = [one["version"] for one in yaml.safe_load(written)["entries"]["plain"]]
    assert [one.version for one in parse_index(written)["plain"]] == theirs


@pytest.mark.parametrize(
    ("versions", "best"),
    [
        (["1.0.0", "1.1.0-rc.1"], "1.0.0"),
        (["1.0.0-rc.1", "1.0.0-rc.2"], "1.0.0-rc.2"),
        (["nonsense", "1"], "1"),
        (["nonsense"], "nonsense"),
        ([], ""),
    ],
)
def test_the_newest_is_stable_where_one_is(versions: list[str], best: str) -> None:
    assert newest(versions) == best


@pytest.mark.parametrize(
    "version", ["", "x", "1.2.3.4", "1..2", "-1", "1.0.0-", "9" * 40, "latest"]
)
def test_what_is_no_version_comes_first_and_is_not_stable(version: str) -> None:
    assert order(version) < order("0.0.0-0")
    assert not stable(version)
