import json

import click
import pytest
from click.testing import CliRunner

from clusterwright.cli.sandbox import break_, heal, scenarios
from clusterwright.deploy.sandbox.scenarios import SCENARIOS


def test_the_list_has_a_line_for_each_scenario() -> None:
    done = CliRunner().invoke(scenarios.command)
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == list(SCENARIOS)


def test_the_list_says_which_controller_wrote_what_tells() -> None:
    arguments = ["--domain", "cluster_api", "--only", "aws-*"]
    _, line = CliRunner().invoke(scenarios.command, arguments).stdout.splitlines()
    assert "sandbox provider, imitating cluster-api-provider-aws" in line


def test_json_tells_the_truth_of_the_seed() -> None:
    arguments = ["-o", "json", "--only", "target-port", "--seed", "4"]
    [listed] = json.loads(CliRunner().invoke(scenarios.command, arguments).stdout)
    [truth] = listed.pop("truth")
    [namespace] = listed.pop("namespaces")
    assert truth["code"] == "service/target-port-mismatch"
    assert truth["subject"].startswith(f"Service/{namespace}/")
    assert listed == {
        "name": "target-port",
        "title": "A Service sends traffic to a port on which its pods do not listen",
        "domain": "kubernetes",
        "kind": "fault",
        "real": False,
        "simulated": "the node that the pods run on",
        "imitates": "kwok's stages for nodes and pods (sigs.k8s.io/kwok, kustomize/stage/fast)",
        "written_by": "",
        "by_hand": False,
        "needs": "control-plane",
        "scope": "namespaced",
        "told_within": 0,
        "repair": "fixed",
        "repair_says": "",
        "repaired_by": "",
        "seed": 4,
    }


def test_a_pattern_that_matches_nothing_is_answered_with_the_names() -> None:
    done = CliRunner().invoke(scenarios.command, ["--only", "db-*"])
    assert done.exit_code == 2
    assert "no scenario matches 'db-*'" in done.stderr
    assert "bad-image" in done.stderr


@pytest.mark.parametrize("command", [break_.command, heal.command])
def test_an_unknown_scenario_is_answered_with_the_names(command: click.Command) -> None:
    done = CliRunner().invoke(command, ["bad-imag"])
    assert done.exit_code == 1
    assert "there is no scenario 'bad-imag'" in done.stderr
    assert "bad-image" in done.stderr


@pytest.mark.parametrize("command", [break_.command, heal.command])
def test_a_sandbox_that_does_not_run_is_named(command: click.Command) -> None:
    done = CliRunner().invoke(command, ["quota", "--instance", "no-such-sandbox"])
    assert done.exit_code == 1
    assert "no-such-sandbox" in done.stderr


def test_healing_needs_a_name_or_a_purge() -> None:
    done = CliRunner().invoke(heal.command, [])
    assert done.exit_code == 2
    assert "--purge" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--judge", "--repair"], "either --judge or --repair"),
        (["--judge", "-o", "json"], "-o json is of the list"),
        (["--repair", "-o", "json"], "-o json is of the list"),
    ],
)
def test_options_that_would_be_ignored_are_refused(options: list[str], said: str) -> None:
    done = CliRunner().invoke(scenarios.command, [*options, "--only", "none"])
    assert (done.exit_code, said in done.stderr) == (2, True)
