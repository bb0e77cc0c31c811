"""What `sandbox status` prints when a sandbox cannot tell of itself."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterwright.cli.sandbox.status import command
from clusterwright.deploy.sandbox.runtime import state


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_STATE", str(tmp_path))


def test_without_any_sandbox_it_says_how_to_start_one() -> None:
    result = CliRunner().invoke(command, [])
    assert (result.exit_code, result.output) == (0, "no sandbox; `clusterwright sandbox up`\n")


def test_one_that_is_starting_does_not_hide_the_others() -> None:
    state.create("fresh")
    (state.create("old") / "instance.json").write_text("{", encoding="utf-8")
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1
    assert "fresh: sandbox 'fresh' is just starting" in result.output
    assert "old: the record of sandbox 'old' cannot be read" in result.output


def test_scripts_get_an_entry_for_every_sandbox() -> None:
    state.create("fresh")
    [told] = json.loads(CliRunner().invoke(command, ["-o", "json"]).output)
    assert (told["name"], told["running"], told["healthy"]) == ("fresh", False, False)
    assert "starting" in told["error"]


def test_a_name_that_does_not_exist_is_an_error_that_says_what_to_do() -> None:
    result = CliRunner().invoke(command, ["nobody"])
    assert result.exit_code == 1
    assert "`clusterwright sandbox up nobody` starts one" in result.output
