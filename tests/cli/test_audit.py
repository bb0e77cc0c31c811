"""`clusterwright audit show`: every line that can be read, and a word on those that cannot."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clusterwright.cli.main import main
from clusterwright.tools.trust.audit import AuditLog
from clusterwright.tools.trust.authority import Authority


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AuditLog:
    monkeypatch.setenv("CLUSTERWRIGHT_STATE_DIR", str(tmp_path / "state"))
    return Authority().audit


def show(*words: str) -> Result:
    return CliRunner().invoke(main, ["audit", "show", *words])


def test_an_empty_audit_is_told_as_such(log: AuditLog) -> None:
    assert show().stdout == "No lines.\n"
    log.append("planned", plan="p-1", who="ada")
    assert show("--plan", "p-2").stdout == "No lines about p-2.\n"
    assert show("--plan", "p-2", "--json").output == ""


def test_a_line_tells_when_what_which_plan_and_who(log: AuditLog) -> None:
    log.append("planned", plan="p-1", who="ada", steps=["scale"])
    log.append("planned", plan="p-2", who="bob")
    done = show("--plan", "p-1")
    assert done.stderr == ""
    assert done.stdout.split()[1:] == ["planned", "p-1", "ada", 'steps=["scale"]']
    assert [json.loads(one)["who"] for one in show("--json").stdout.splitlines()] == ["ada", "bob"]


@pytest.mark.parametrize("options", [[], ["--json"], ["--plan", "p-1"]])
def test_lines_that_cannot_be_read_are_counted(log: AuditLog, options: list[str]) -> None:
    log.append("planned", plan="p-1", who="ada")
    log.append("planned", plan="p-1", who="bob")
    first, second = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(first + b'{"a":1}\n')
    done = show(*options)
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)
    assert done.stderr == "1 line cannot be read: clusterwright audit verify\n"
    log.path.write_bytes(first + second + b'{"a":1}\nno json\n')
    done = show(*options)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == "2 lines cannot be read: clusterwright audit verify\n"


def test_a_line_of_odd_values_is_still_a_line(log: AuditLog) -> None:
    log.path.write_bytes(b'{"at":[],"event":{},"plan":[],"who":null}\n')
    done = show()
    assert (done.exit_code, done.stdout.startswith("[] {} []")) == (0, True)
    assert show("--plan", "p-1").stdout == "No lines about p-1.\n"
