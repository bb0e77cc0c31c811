"""`clusterwright sandbox scenarios --judge`: judge in a sandbox and print a row for each."""

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

import anyio
import click
from rich.console import Console

from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.mend import Mended, mend_all, summary
from clusterwright.cli.judge.report import JudgeReport, Row
from clusterwright.cli.judge.table import mended_table, table
from clusterwright.cli.sandbox.target import cluster_of
from clusterwright.deploy.sandbox import down, runs, up
from clusterwright.deploy.sandbox.parts.progress import report_to
from clusterwright.deploy.sandbox.scenario.model import Scenario
from clusterwright.tools.errors import ToolError

_REAL = ("node", "prometheus")
"""Needs of scenarios that cannot be met without a real node."""


def judge_in(name: str, scenarios: Sequence[Scenario], seed: int) -> bool:
    """Judge scenarios in the sandbox of that name; return whether all came out right.

    A sandbox that runs already is used and left; one that is started for this is taken down again.
    """
    console = Console(stderr=True, highlight=False)
    rows: list[Row] = []
    for where, some in places(name, scenarios):
        with taken_down(where):
            rows += _judge(where, some, seed, console).rows
    report = JudgeReport(rows)
    click.echo(table(report.rows))
    click.echo(report.summary())
    return report.right


def repair_in(name: str, scenarios: Sequence[Scenario], seed: int) -> bool:
    """Have faults repaired in the sandbox of that name; return whether all came out right."""
    console = Console(stderr=True, highlight=False)
    found: list[Mended] = []
    for where, some in places(name, scenarios):
        with taken_down(where):
            found += _repair(where, some, seed, console)
    click.echo(mended_table(found))
    click.echo(summary(found))
    return bool(found) and all(one.right for one in found)


def places(name: str, scenarios: Sequence[Scenario]) -> Iterator[tuple[str, Sequence[Scenario]]]:
    """Yield which sandbox is for which: one that is monitored or has GPUs is not as others."""
    monitored = [one for one in scenarios if one.card.needs == "prometheus"]
    with_gpus = [one for one in scenarios if one.card.needs == "gpu"]
    others = [one for one in scenarios if one not in monitored and one not in with_gpus]
    if others:
        yield name, others
    for which, some in (("monitored", monitored), ("gpu", with_gpus)):
        if some:
            yield name if len(some) == len(scenarios) else f"{name}-{which}", some


@contextmanager
def taken_down(name: str) -> Generator[None]:
    """Take a sandbox down in the end that did not run before; tell what went wrong as it is."""
    found_running = runs(name)
    try:
        yield
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    finally:
        if not found_running:
            down(name)


def _repair(name: str, scenarios: Sequence[Scenario], seed: int, console: Console) -> list[Mended]:
    with report_to(sys.stderr) as report:
        instance = up(
            name,
            prometheus=_need(scenarios, "prometheus"),
            gpu=_need(scenarios, "gpu"),
            report=report,
        )
    able = [one for one in scenarios if instance.has_node or one.card.needs not in _REAL]
    rendered = [one.render(seed) for one in able]
    return anyio.run(mend_all, cluster_of(name), instance.audit_log, rendered, console.print)


def _judge(name: str, scenarios: Sequence[Scenario], seed: int, console: Console) -> JudgeReport:
    console.print(f"starting sandbox {name}")
    with report_to(sys.stderr) as report:
        up(
            name,
            cluster_api=_need(scenarios, "cluster-api"),
            prometheus=_need(scenarios, "prometheus"),
            gpu=_need(scenarios, "gpu"),
            report=report,
        )
    return judge(cluster_of(name), scenarios, seed, console.print)


def _need(scenarios: Sequence[Scenario], part: str) -> bool:
    return any(one.card.needs == part for one in scenarios)
