"""`clusterwright sandbox heal NAME`: apply a fault's cure, or clean up after scenarios."""

from collections.abc import Sequence

import click

from clusterwright.cli.sandbox.target import cluster_of, instance_option
from clusterwright.cli.sandbox.watch import watching
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import heal, purge, remove
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.tools.errors import ToolError


@click.command(name="heal")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seed", type=int, default=1, show_default=True, help="The one it was broken with.")
@click.option("--purge", "purged", is_flag=True, help="Delete what was made; no NAME: everything.")
@instance_option
def command(*, names: tuple[str, ...], seed: int, purged: bool, instance: str) -> None:
    """Cure NAME in a sandbox and wait until it is well; a trap has nothing to be cured of.

    With --purge, delete its namespace and what it made outside of it instead.
    """
    if not names and not purged:
        raise click.UsageError("name what to heal, or give --purge to delete what was made")
    try:
        rendered = [load(name).render(seed) for name in names]
        cluster = cluster_of(instance)
        if purged:
            _purge(cluster, rendered)
        else:
            _heal(cluster, rendered)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error


def _heal(cluster: Cluster, rendered: Sequence[Rendered]) -> None:
    with watching([one for one in rendered if one.has_cure]) as report:
        heal(cluster, rendered, report=report)
    for one in rendered:
        click.echo(f"{one.name}\t{'healed' if one.has_cure else 'nothing to heal'}")


def _purge(cluster: Cluster, rendered: Sequence[Rendered]) -> None:
    if rendered:
        remove(cluster, rendered, wait=True)
        gone = [one.name for one in rendered]
    else:
        gone = [str(ref) for ref in purge(cluster, wait=True)]
    for one in gone:
        click.echo(f"{one}\tdeleted")
