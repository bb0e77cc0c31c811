"""`clusterwright sandbox incidents --judge`: judge in a sandbox and print a row for each."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console

from clusterwright.cli.judge.incident_table import incident_table, summary
from clusterwright.cli.judge.incidents import judge_incidents
from clusterwright.cli.judge.show import taken_down
from clusterwright.cli.sandbox.target import cluster_of
from clusterwright.deploy.sandbox import up
from clusterwright.deploy.sandbox.incident.compose import Composed
from clusterwright.deploy.sandbox.parts.progress import report_to


def judge_in(name: str, composed: Sequence[Composed], *, heal: bool) -> bool:
    """Judge incidents in the sandbox of that name; return whether all came out right.

    A sandbox that runs already is used and left; one that is started for this is taken down again.
    """
    console = Console(stderr=True, highlight=False)
    needs = frozenset[str]().union(*(one.needs for one in composed))
    with taken_down(name):
        with report_to(sys.stderr) as report:
            up(
                name,
                cluster_api="cluster-api" in needs,
                prometheus="prometheus" in needs,
                gpu="gpu" in needs,
                report=report,
            )
        outcomes = judge_incidents(cluster_of(name), composed, console.print, heal=heal)
    click.echo(incident_table(outcomes))
    click.echo(summary(outcomes))
    return bool(outcomes) and all(one.right for one in outcomes)
