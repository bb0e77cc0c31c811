"""A folder of state or settings that cannot be made: told in a sentence, and not needed to read."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterwright.cli.main import main
from tests.servers.pipe import Pipe

PLAN = "p-1a2b3c4d5e6f"


@pytest.fixture(params=["/proc/nope", "a file", "/proc"])
def nowhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where nothing can be kept: no folder can be made there, a file is there, or nothing fits."""
    (tmp_path / "file").touch()
    named = str(tmp_path / "file") if request.param == "a file" else str(request.param)
    monkeypatch.setenv("CLUSTERWRIGHT_STATE_DIR", named)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", named)
    return named


@pytest.mark.parametrize("access", ["read", "plan"])
def test_serving_needs_no_folder_that_can_be_written(nowhere: str, access: str) -> None:
    with Pipe("--access", access, server="kubernetes") as pipe:
        assert pipe.initialize()["result"]["serverInfo"]
        assert pipe.close() == 0
        assert nowhere not in pipe.errors


@pytest.mark.parametrize(
    "words", [["plans"], ["audit", "show"], ["audit", "verify"], ["apply", PLAN], ["approve", PLAN]]
)
def test_what_needs_one_says_which_and_how_to_name_another(nowhere: str, words: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert f"Error: nothing can be kept in {nowhere!r}: " in result.stderr
    assert "CLUSTERWRIGHT_STATE_DIR" in result.stderr


def test_a_new_key_says_it_before_a_passphrase_is_asked_for(nowhere: str) -> None:
    result = CliRunner().invoke(main, ["approve", "--new-key"])
    assert result.exit_code == 1
    assert f"nothing can be kept in '{nowhere}" in result.stderr
    assert "CLUSTERWRIGHT_CONFIG_DIR" in result.stderr
    assert "Passphrase" not in result.output


def test_a_new_key_and_a_plan_are_two_wishes() -> None:
    result = CliRunner().invoke(main, ["approve", "--new-key", PLAN])
    assert (result.exit_code, "either --new-key or a plan" in result.stderr) == (2, True)


def test_a_key_in_a_folder_that_is_not_there_is_told_before_a_passphrase_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    path = tmp_path / "nowhere" / "key.pem"
    result = CliRunner().invoke(main, ["approve", "--new-key", "--key", str(path)])
    assert (result.exit_code, "Passphrase" in result.output) == (2, False)
    assert f"there is no folder {str(path.parent)!r}" in result.stderr


def test_plans_that_are_no_database_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_STATE_DIR", str(tmp_path))
    (tmp_path / "plans.sqlite").write_text("no database", encoding="utf-8")
    (tmp_path / "plans.sqlite").chmod(0o600)
    result = CliRunner().invoke(main, ["plans"])
    assert result.exit_code == 1
    assert "plans.sqlite' cannot be kept: file is not a database" in result.stderr
    assert "move it away" in result.stderr
