"""`clusterwright demo`: break a real cluster, diagnose it over MCP, compare with the truth."""

import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
import click
from rich.console import Console

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.hub import connect
from clusterwright.agents.report.terminal import render
from clusterwright.cli.client_config import claude_command, claude_json, typed, vscode_json
from clusterwright.cli.judge.verdicts import compared, missed, wrong
from clusterwright.cli.sandbox.target import cluster_of
from clusterwright.cli.sandbox.watch import watching
from clusterwright.deploy.sandbox import down, up
from clusterwright.deploy.sandbox.parts.progress import report_to
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import break_
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.deploy.sandbox.scenarios import NINE
from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.errors import ToolError

INSTANCE = "demo"
FAULTS = (*NINE, "quota", "selector-mismatch", "target-port", "storage-class")
"""Faults of containers, of scheduling, of configuration, of Services and of storage."""
TRAPS = ("old-replicasets", "optional-reference", "start-up-warnings")
"""Healthy things that look broken: to name one of them would be wrong."""
_BREAK_SECONDS = 240.0
_TOLD_SECONDS = 20.0
_SEED = 1
"""The same each time, so that what is printed can be compared."""


@click.command(name="demo")
def command() -> None:
    """Break a real cluster on this machine, diagnose it over MCP, compare with the truth.

    Exit status: 0 if the agent named every cause and nothing else. The sandbox stays up for you to
    explore; `clusterwright sandbox down demo` takes it away.
    """
    console = Console(highlight=False)
    say = Console(stderr=True, highlight=False)
    try:
        right = _demo(console, say)
    except ToolError as error:
        hint = f"\n  {error.hint}" if error.hint else ""
        raise click.ClickException(f"{error}{hint}") from error
    sys.exit(0 if right else 1)


def _demo(console: Console, say: Console) -> bool:
    cluster = _sandbox(say)
    rendered = _chosen(cluster, say)
    _break(cluster, rendered, say)
    faults = [one for one in rendered if one.truth]
    with say.status("asking the MCP server for problems"):
        diagnosis = anyio.run(_ask, cluster.kubeconfig, faults)
    console.rule("what the agent found", characters="-")
    render(diagnosis, console)
    console.rule("what is true", characters="-")
    roots = diagnosis.root_causes
    console.print(compared(rendered, roots))
    lost, false = missed(faults, roots), wrong(faults, roots)
    console.print(
        f"\n{len(faults) - len(lost)} faults found of {len(faults)}, "
        f"{len(false)} root causes that are nobody's truth",
        style="bold",
    )
    _tell(cluster, console)
    return bool(faults) and not lost and not false


def _sandbox(say: Console) -> Cluster:
    down(INSTANCE)  # a new one takes seconds, and the faults of an earlier run have moved on
    with report_to(sys.stderr) as report:
        instance = up(INSTANCE, report=report)
    if not instance.has_node:
        say.print(f"No real node: {instance.record.why_no_node}.")
    return cluster_of(INSTANCE)


def _chosen(cluster: Cluster, say: Console) -> list[Rendered]:
    """Return what this sandbox can show: without a real node, only what needs none."""
    chosen = [load(name).render(_SEED) for name in (*FAULTS, *TRAPS)]
    able = [one for one in chosen if cluster.has_node or one.card.needs != "node"]
    if len(able) < len(chosen):
        say.print(
            f"Of {len(chosen)} scenarios, only the {len(able)} that need no real containers run."
        )
    return able


def _break(cluster: Cluster, rendered: Sequence[Rendered], say: Console) -> None:
    """Break everything at once, and then wait for all of it."""
    say.print(f"Breaking {len(rendered)} things, and waiting until each of them shows.")
    with watching(rendered) as report:
        break_(cluster, rendered, report=report, seconds=_BREAK_SECONDS)


async def _ask(kubeconfig: Path, faults: Sequence[Rendered]) -> Diagnosis:
    """Ask until every fault is named or has had its time: what is a few seconds old is no fault."""
    deadline = anyio.current_time() + _TOLD_SECONDS
    async with connect({"kubernetes": create_server(kubeconfig=kubeconfig)}) as hub:
        while True:
            diagnosis = await diagnose(hub)
            if not missed(faults, diagnosis.root_causes) or anyio.current_time() > deadline:
                return diagnosis
            await anyio.sleep(1)


def _tell(cluster: Cluster, console: Console) -> None:
    """Say what to try next: this sandbox, the user's own cluster, an MCP client."""
    config, clusterwright = cluster.kubeconfig, typed("clusterwright")
    console.rule("what to try next", characters="-")
    lines = [
        "Your own cluster:",
        f"  {clusterwright} diagnose",
        "This sandbox, which stays up with its faults:",
        f"  {clusterwright} diagnose --kubeconfig {config}",
        f"  {clusterwright} sandbox down {INSTANCE}",
        "Claude Code:",
        f"  {claude_command(config)}",
        "Claude Desktop (claude_desktop_config.json), or .mcp.json of a project:",
        claude_json(config),
        "VS Code (.vscode/mcp.json):",
        vscode_json(config),
    ]
    console.out("\n".join(lines))
