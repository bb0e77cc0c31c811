"""`clusterwright diagnose` as a script sees it: exit status, standard output, standard error."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.diagnosed import diagnose, spec
from tests.cli.test_fleet import kubeconfig

RAW = Path(__file__).parents[1] / "agents" / "raw_server.py"


@pytest.mark.parametrize(
    ("mode", "options", "status"),
    [
        ("healthy", [], 0),
        ("healthy", ["--strict"], 0),
        ("broken", [], 1),
        ("broken", ["--strict"], 1),
        ("partial", [], 0),
        ("partial", ["--strict"], 2),
        ("unreachable", [], 2),
        ("forbidden", [], 2),
    ],
)
def test_the_exit_status_tells_healthy_problems_and_unchecked_apart(
    mode: str, options: list[str], status: int
) -> None:
    assert diagnose("--server", spec(mode), *options).exit_code == status


def test_healthy_is_said_together_with_what_was_checked() -> None:
    out = diagnose("--server", spec("healthy")).stdout
    assert out == "No problems found.\nchecked   cluster dev: 7 Pod\n"


def test_what_could_not_be_checked_is_said_with_its_reason() -> None:
    out = diagnose("--server", spec("unreachable")).stdout
    assert "Nothing could be checked." in out
    assert "no answer from 127.0.0.1:1" in out
    assert "start the cluster" in out


def test_a_server_that_does_not_exist_is_a_reason_and_not_a_crash() -> None:
    result = diagnose("--server", "/nowhere/at-all")
    assert result.exit_code == 2
    assert "No such file or directory" in result.stdout


def test_a_bug_of_ours_is_no_verdict_about_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("clusterwright.cli.diagnose.diagnose", fail)
    result = diagnose("--server", spec("broken"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "could not check: the diagnosis itself failed (RuntimeError: a bug, at " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("every answer is nonsense", "it does not speak MCP as it should"),
        ("the list is a number", "tools: Input should be a valid list"),
        ("content is a number", "content: Input should be a valid list"),
        ("no structured content", "answered in an unknown form"),
        ("no JSON, then the end", "did not answer x_find_problems: Connection closed"),
        ("endless error", "x_find_problems: red"),
    ],
)
def test_a_server_that_answers_nonsense_is_a_reason_in_one_bounded_sentence(
    mode: str, said: str
) -> None:
    command_line = shlex.join([sys.executable, str(RAW), mode])
    done = subprocess.run(  # a program of its own: what libraries log must not show either
        [
            str(Path(sys.executable).with_name("clusterwright")),
            "diagnose",
            "--server",
            command_line,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 2
    assert said in done.stdout
    assert len(done.stdout) < 2_000
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("output", ["text", "json"])
def test_what_a_server_says_cannot_steer_a_terminal(output: str) -> None:
    result = diagnose("--server", shlex.join([sys.executable, str(RAW), "escapes"]), "-o", output)
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "u001b" not in result.stdout
    assert "owned" not in result.stdout
    assert "dev" in result.stdout


def test_one_failing_server_leaves_the_findings_of_the_others() -> None:
    result = diagnose("--server", "/nowhere/at-all", "--server", spec("broken"))
    assert result.exit_code == 1
    assert "pod/image-not-found" in result.stdout
    assert "No such file or directory" in result.stdout


def test_a_server_without_a_problems_tool_is_told_as_such() -> None:
    code = "from mcp.server import MCPServer; MCPServer('empty').run()"
    result = diagnose("--server", shlex.join([sys.executable, "-c", code]))
    assert result.exit_code == 2
    assert "offers no tool named *_find_problems" in result.stdout


def test_json_is_one_versioned_document_and_nothing_else() -> None:
    document = json.loads(diagnose("--server", spec("broken"), "-o", "json").stdout)
    assert (document["schema"], document["verdict"]) == ("clusterwright.diagnosis/v1", "problems")
    assert document["root_causes"][0]["subject"] == "Deployment/shop/cart"
    assert document["sources"][0]["checked"] == {"Pod": 7}


def test_context_and_namespace_reach_the_tool() -> None:
    result = diagnose("--server", spec("broken"), "-c", "prod", "-n", "pay", "-o", "json")
    root = json.loads(result.stdout)["root_causes"][0]
    assert (root["cluster"], root["subject"]) == ("prod", "Deployment/pay/cart")


def test_all_pages_of_a_problems_tool_are_read() -> None:
    document = json.loads(diagnose("--server", spec("paged"), "-o", "json").stdout)
    subjects = [root["subject"] for root in document["root_causes"]]
    assert subjects == [f"Deployment/shop/d{page}" for page in range(3)]


def test_nothing_is_written_to_standard_error_where_it_is_no_terminal() -> None:
    assert diagnose("--server", "/nowhere/at-all").stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-n", "Not_A_Name"], "'Not_A_Name' is not a namespace name"),
        (["--server", "ftp://host/x"], "neither a URL nor a command line"),
        (["--server", "'unclosed"], "is not a command line"),
        (["-o", "xml"], "'xml' is not one of"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(arguments: list[str], said: str) -> None:
    result = diagnose(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_reader_that_has_enough_is_no_bug_of_ours(output: str) -> None:
    arguments = ["diagnose", "--server", spec("broken"), "-o", output]
    script = Path(sys.executable).with_name("clusterwright")
    with subprocess.Popen(
        [script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.close()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 141
    assert "bug" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("options", [["-n", "a", "-n", "b"], ["-n", "a", "-A"]])
def test_two_answers_to_where_are_wrong_usage(options: list[str]) -> None:
    result = diagnose("--server", spec("healthy"), *options)
    assert result.exit_code == 2
    assert "asks for more than one thing" in result.stderr


def test_all_namespaces_may_be_asked_for_as_kubectl_spells_it() -> None:
    assert diagnose("--server", spec("healthy"), "-A").exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--server", "x", "--kubeconfig", "y"], "put it into the command of --server"),
        (["--every", "10"], "--every is the pause of --watch; give both, or neither"),
        (["--watch", "--strict"], "--watch goes on; --strict is for a single look"),
        (["--watch", "--fail-on", "warning"], "--watch goes on; --fail-on is for a single look"),
        (["--watch", "-o", "html"], "--watch prints lines; with -o text or -o json only"),
        (["--watch", "--output-file", "x"], "--watch prints lines; with -o text or -o json only"),
    ],
)
def test_an_option_that_nothing_would_come_of_is_refused(options: list[str], said: str) -> None:
    result = diagnose(*options)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_the_contexts_of_a_kubeconfig_may_be_asked_of_a_server_that_is_named(
    tmp_path: Path,
) -> None:
    path = kubeconfig(tmp_path, "a", "b")
    options = ["--all-contexts", "--kubeconfig", str(path), "--server", spec("healthy")]
    assert diagnose(*options).exit_code == 0
