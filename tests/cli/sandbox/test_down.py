"""What `sandbox down` is asked for, in a folder of sandboxes of its own in which there is none."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterwright.cli.sandbox.down import command


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_STATE", str(tmp_path))


def test_one_that_is_named_or_all_but_not_both() -> None:
    done = CliRunner().invoke(command, ["no-such-sandbox", "--all"])
    assert (done.exit_code, "either NAME or --all" in done.stderr) == (2, True)


def test_all_of_none_is_none() -> None:
    done = CliRunner().invoke(command, ["--all"])
    assert (done.exit_code, done.output) == (0, "")
