"""Options of `clusterwright fix` that are refused before a cluster is asked."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterwright.cli.fix import command


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    return result.output


def test_a_report_is_markdown_or_json(tmp_path: Path) -> None:
    said = refused("--all", "--report", str(tmp_path / "incident.pdf"))
    assert "ends neither in .md nor in .json" in said


def test_a_report_needs_a_folder_that_is_there(tmp_path: Path) -> None:
    assert "there is no folder" in refused("--all", "--report", str(tmp_path / "no" / "a.md"))


@pytest.mark.parametrize("output", ["patch", "kubectl"])
def test_what_repairs_nothing_has_no_report(tmp_path: Path, output: str) -> None:
    report = str(tmp_path / "a.json")
    assert "--report tells of repairs" in refused("--all", "-o", output, "--report", report)


def test_it_has_to_be_said_what_is_to_be_repaired() -> None:
    assert "say what to repair" in refused()
    assert "either --all or one object or code" in refused("Pod/shop/cart", "--all")
