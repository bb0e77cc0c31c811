"""`clusterwright sandbox break NAME`: make a declared fault, or a healthy trap, in a sandbox."""

import click

from clusterwright.cli.sandbox.target import cluster_of, instance_option
from clusterwright.cli.sandbox.watch import watching
from clusterwright.deploy.sandbox.scenario.lifecycle import break_
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.tools.errors import ToolError


@click.command(name="break")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--seed", type=int, default=1, show_default=True, help="What names are drawn from.")
@instance_option
def command(*, names: tuple[str, ...], seed: int, instance: str) -> None:
    """Break NAME in a sandbox, wait until it shows, and print the namespace of each.

    `clusterwright sandbox scenarios` lists the names. What is true is not told to the cluster.
    """
    try:
        rendered = [load(name).render(seed) for name in names]
        cluster = cluster_of(instance)
        with watching(rendered) as report:
            break_(cluster, rendered, report=report)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    for one in rendered:
        click.echo(f"{one.name}\t{one.namespace}")
