"""`clusterwright sandbox break NAME`: make a declared fault, or a healthy trap, in a sandbox."""

from pathlib import Path

import click

from clusterwright.cli.sandbox.target import Target, target_options
from clusterwright.cli.sandbox.watch import watching
from clusterwright.deploy.sandbox.scenario.lifecycle import break_
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.tools.errors import ToolError


@click.command(name="break")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--seed", type=int, default=1, show_default=True, help="What names are drawn from.")
@target_options
def command(
    *, names: tuple[str, ...], seed: int, kubeconfig: Path | None, registry: str | None
) -> None:
    """Break NAME in a sandbox, wait until it shows, and print the namespace of each.

    `clusterwright sandbox scenarios` lists the names. What is true is not told to the cluster.
    """
    try:
        rendered = [load(name).render(seed) for name in names]
        cluster = Target(kubeconfig, registry).cluster()
        with watching(rendered) as report:
            break_(cluster, rendered, report=report)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    for one in rendered:
        click.echo(f"{one.name}\t{one.namespace}")
