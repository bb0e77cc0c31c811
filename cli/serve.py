"""`clusterwright serve`: one MCP server on standard input and output.

Hosts give a server little time to answer first, so that this file imports nothing but click, and
the server's own module only when it is asked for.
"""

from pathlib import Path

import click

from clusterwright.tools.loading import loading


@click.command(name="serve")
@click.argument("server", type=click.Choice(["kubernetes"]))
@click.option("--context", "-c", metavar="NAME", help="A kubeconfig context; default: the current.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path),
    help="Default: $KUBECONFIG, else ~/.kube/config.",
)
def command(*, server: str, context: str | None, kubeconfig: Path | None) -> None:
    """Serve one domain's tools over MCP on standard input and output."""
    match server:
        case _:
            with loading():
                from clusterwright.servers import kubernetes

            kubernetes.serve(kubeconfig=kubeconfig, context=context)
