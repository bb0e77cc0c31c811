"""What to do next about a plan: commands for a person at a shell, tools for a model."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterwright.agents.hub import Target
from clusterwright.cli import fix
from clusterwright.cli.guidance import Commands
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.guidance import Guidance
from clusterwright.tools.trust.risk import Access
from tests.agents.remediate.estate import Estate


def told(guidance: Guidance) -> list[str]:
    """All that is said of a plan."""
    return [
        guidance.apply("k8s_apply_change", "p-1"),
        guidance.only_planned("p-1"),
        guidance.plan_again("k8s_plan_change"),
        guidance.go_on("p-1"),
        guidance.go_back("p-1"),
        f"{guidance.nobody}: {guidance.approve('p-1')}",
        f"{guidance.person}: {guidance.declined('p-1')}",
        guidance.access(Access.WRITE),
    ]


def test_a_model_is_told_of_tools() -> None:
    assert told(Guidance()) == [
        "k8s_apply_change with plan_id=p-1, which asks a person first",
        "this server only plans; a person can run `clusterwright apply p-1`, or start the server"
        " with --access write",
        "plan the change again with k8s_plan_change, and look at what is different",
        'finish it with {"kind":"finish","plan":"p-1"}, or undo it, kind undo',
        'to go back, plan {"kind":"undo","plan":"p-1"}',
        "this client cannot ask for it (it has no elicitation): have them run: clusterwright"
        " approve p-1; then call this again",
        "the person who was asked: ask them what they want instead; the plan can be asked about"
        " again until it expires",
        "whoever runs it can start it with --access write, or say so in its policy",
    ]


def test_a_person_is_told_of_commands_with_the_kubeconfig_that_they_named() -> None:
    assert told(Commands(Path("/my clusters.yaml"))) == [
        "",
        "`clusterwright apply p-1 --kubeconfig '/my clusters.yaml'`, which asks you first",
        "run the command again that made the plan, and look at what is different",
        "`clusterwright apply p-1 --finish --kubeconfig '/my clusters.yaml'`, or --undo",
        "`clusterwright apply p-1 --undo --kubeconfig '/my clusters.yaml'` goes back",
        "there is no terminal to ask at: run `clusterwright approve p-1`, then `clusterwright apply"
        " p-1 --kubeconfig '/my clusters.yaml'`",
        "the person at the terminal: `clusterwright apply p-1 --kubeconfig '/my clusters.yaml'`"
        " asks again, until it expires",
        "only a policy that says `access: write` for it allows that; see --approve",
    ]


def test_a_kubeconfig_is_named_as_it_is_found_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.chdir(tmp_path)
    for named, config in (("~/x", "/home/me/x"), ("x", f"{tmp_path}/x")):
        said = Commands(Path(named)).go_back("p-1")
        assert said == f"`clusterwright apply p-1 --undo --kubeconfig {config}` goes back"


def test_without_a_kubeconfig_commands_name_none() -> None:
    assert Commands(None).go_back("p-1") == "`clusterwright apply p-1 --undo` goes back"


def test_fix_has_its_servers_tell_of_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Authority] = []

    def servers(_: object, __: object, authority: Authority) -> dict[str, Target]:
        """Return those of a cluster that only exists here."""
        seen.append(authority)
        return Estate([]).servers()

    monkeypatch.setattr(fix, "_servers", servers)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    arguments = ["--all", "--kubeconfig", "/a.yaml"]
    assert CliRunner().invoke(fix.command, arguments, catch_exceptions=False).exit_code == 0
    said = [one.guidance.go_back("p-1") for one in seen]
    assert said == ["`clusterwright apply p-1 --undo --kubeconfig /a.yaml` goes back"]
