"""The `clusterwright` command as a whole: what it lists, and what it loads."""

from click.testing import CliRunner

from clusterwright.cli.main import COMMANDS, main
from tests.loaded import loaded_by


def test_help_lists_every_command_in_its_order() -> None:
    shown = CliRunner().invoke(main, ["--help"]).stdout
    places = [shown.index(f"  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["diagnoze"])
    assert result.exit_code == 2
    assert "Did you mean 'diagnose'?" in result.stderr


def test_the_program_loads_no_library_before_a_command_is_chosen() -> None:
    heavy = {"mcp", "pydantic", "httpx", "kubernetes", "rich", "anyio", "yaml"}
    assert not loaded_by("import clusterwright.cli.main") & heavy


def test_serving_loads_no_library_before_its_server_does() -> None:
    heavy = {"mcp", "pydantic", "httpx", "kubernetes", "rich", "anyio", "yaml"}
    assert not loaded_by("import clusterwright.cli.main, clusterwright.cli.serve") & heavy
