"""`clusterwright sandbox kubeconfig`: how to reach a sandbox."""

import click

from clusterwright.deploy.sandbox import find
from clusterwright.tools.errors import ToolError


@click.command(name="kubeconfig")
@click.argument("name", default="default")
@click.option("--raw", is_flag=True, help="Print the content instead of the path.")
def command(*, name: str, raw: bool) -> None:
    """Print where the kubeconfig of the sandbox NAME is."""
    try:
        path = find(name).kubeconfig
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    click.echo(path.read_text(encoding="utf-8") if raw else path)
