"""The examples of the guide to backends are settings that load, and say what is not verified."""

import re
from pathlib import Path

import pytest

from clusterwright.tools.prometheus.capability import Flavor
from clusterwright.tools.prometheus.settings import FILE, BackendSetting, load_backends

GUIDE = (Path(__file__).parents[3] / "docs/guides/prometheus-backends.md").read_text("utf-8")
EXAMPLES = [one for one in re.findall(r"```yaml\n(.+?)```", GUIDE, re.DOTALL) if "backends:" in one]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    (tmp_path / FILE).write_text(example)
    (one,) = load_backends().backends
    assert one.endpoint().url == one.url
    assert one.name in example


def test_each_kind_has_an_example_or_needs_none() -> None:
    told = {one for one in Flavor if f"kind: {one.value}" in "".join(EXAMPLES)}
    assert told == {one for one in Flavor if not one.verified} - {Flavor.UNKNOWN}


def test_what_was_not_run_is_said_not_to_be_verified() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", GUIDE, re.MULTILINE))
    verified = {name: told.strip() != "no" for name, told in rows.items()}
    assert verified == {one.value: one.verified for one in Flavor if one is not Flavor.UNKNOWN}


def test_every_setting_is_told() -> None:
    untold = [name for name in BackendSetting.model_fields if f"{name}:" not in GUIDE]
    assert not untold
