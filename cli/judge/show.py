"""`clusterwright sandbox scenarios --judge`: judge in a sandbox and print a row for each."""

import sys
from collections.abc import Sequence

import anyio
import click
from rich.console import Console

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.mend import mend_all, summary
from clusterwright.cli.judge.report import JudgeReport
from clusterwright.cli.judge.table import mended_table, table
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


def repair_in(name: str, scenarios: Sequence[Scenario], seed: int) -> bool:
    """Have faults repaired in the sandbox of that name; return whether all came out right."""
    console = Console(stderr=True, highlight=False)
    found_running = runs(name)
    try:
        with report_to(sys.stderr) as report:
            instance = up(name, report=report)
        able = [one for one in scenarios if one.card.needs != "node" or instance.has_node]
        rendered = [one.render(seed) for one in able]
        place = (cluster_of(name), instance.audit_log)
        found = anyio.run(mend_all, *place, rendered, console.print)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    finally:
        if not found_running:
            down(name)
    click.echo(mended_table(found))
    click.echo(summary(found))
    return bool(found) and all(one.right for one in found)


def _judge(name: str, scenarios: Sequence[Scenario], seed: int, console: Console) -> JudgeReport:
    console.print(f"starting sandbox {name}")
    with report_to(sys.stderr) as report:
        up(
            name,
            cluster_api=_need(scenarios, "cluster-api"),
            prometheus=_need(scenarios, "prometheus"),
            report=report,
        )
    return judge(cluster_of(name), scenarios, seed, console.print)


def _need(scenarios: Sequence[Scenario], part: str) -> bool:
    return any(one.card.needs == part for one in scenarios)
