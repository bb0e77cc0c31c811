"""`clusterwright sandbox scenarios --judge`: judge in a sandbox and print a row for each."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.report import JudgeReport
from clusterwright.cli.judge.table import table
from clusterwright.cli.sandbox.target import cluster_of
from clusterwright.deploy.sandbox import down, runs, up
from clusterwright.deploy.sandbox.parts.progress import report_to
from clusterwright.deploy.sandbox.scenario.model import Scenario
from clusterwright.tools.errors import ToolError


def judge_in(name: str, scenarios: Sequence[Scenario], seed: int) -> bool:
    """Judge scenarios in the sandbox of that name; return whether all came out right.

    A sandbox that runs already is used and left; one that is started for this is taken down again.
    """
    console = Console(stderr=True, highlight=False)
    found_running = runs(name)
    try:
        report = _judge(name, scenarios, seed, console)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    finally:
        if not found_running:
            down(name)
    click.echo(table(report.rows))
    click.echo(report.summary())
    return report.right


def _judge(name: str, scenarios: Sequence[Scenario], seed: int, console: Console) -> JudgeReport:
    console.print(f"starting sandbox {name}")
    with report_to(sys.stderr) as report:
        up(name, report=report)
    return judge(cluster_of(name), scenarios, seed, console.print)
