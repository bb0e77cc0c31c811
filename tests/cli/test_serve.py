"""`clusterwright serve`: one server as ever, several behind one connection, and wrong words."""

import click
import pytest
from click.testing import CliRunner

from clusterwright.cli import serve
from clusterwright.cli.main import main
from tests.servers.pipe import Pipe


def tools(*words: str) -> list[str]:
    """Return the names of what is offered."""
    with Pipe("serve", *words, server="") as pipe:
        pipe.initialize()
        return [str(one["name"]) for one in pipe.ask("tools/list")["result"]["tools"]]


def test_one_server_has_all_of_its_tools_as_its_own_script_does() -> None:
    with Pipe(server="helm") as pipe:
        pipe.initialize()
        own = [one["name"] for one in pipe.ask("tools/list")["result"]["tools"]]
    assert tools("helm") == own


def test_of_several_servers_the_core_is_there_in_the_order_in_which_they_were_named() -> None:
    found = tools("gpu", "kubernetes", "--access", "read")
    assert found[0].startswith("gpu_")
    assert {one.partition("_")[0] for one in found} == {"gpu", "k8s"}
    assert "gpu_explain_xid" not in found


def test_toolsets_load_their_own_servers_only() -> None:
    with Pipe("serve", "--toolset", "helm:read", "--toolset", "gpu:change", server="") as pipe:
        hello = pipe.initialize()["result"]
        found = [one["name"] for one in pipe.ask("tools/list")["result"]["tools"]]
    assert hello["serverInfo"]["name"] == "clusterwright"
    assert "Helm, GPUs." in hello["instructions"]
    assert "helm_diff" in found
    assert [one for one in found if one.startswith("gpu_")] == ["gpu_plan_change"]


def test_all_tools_are_all_of_the_servers_that_are_named() -> None:
    assert "prom_rules" in tools("prometheus", "helm", "--all-tools")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "'nowhere' is not one of 'agent', 'kubernetes'"),
        (["--toolset", "nope"], "there is no toolset 'nope'; toolsets: core, agent"),
        (["helm", "--toolset", "gpu"], "toolsets: core, helm, helm:read, helm:change"),
        (["--all-tools", "--toolset", "core"], "either --toolset or --all-tools"),
        (["gpu", "--toolset", "gpu:change", "--access", "read"], "'gpu:change' has no tools here"),
    ],
)
def test_what_is_not_there_is_wrong_usage(words: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["serve", *words])
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("script", [serve.agent, serve.cluster_api, serve.gpu_node])
def test_a_script_of_its_own_takes_h_and_says_what_it_serves(script: click.Command) -> None:
    short, long = (CliRunner().invoke(script, [one]) for one in ("-h", "--help"))
    assert (short.exit_code, short.stdout) == (0, long.stdout)
    served = str(script.name).removeprefix("clusterwright-").replace("-", "_")
    told = " ".join(short.stdout.split())
    assert f"clusterwright serve {served}`" in told or "GPUs of this machine" in told
