"""`clusterwright sandbox down`: take sandboxes down."""

import click

from clusterwright.deploy.sandbox import down, names
from clusterwright.tools.errors import ToolError


@click.command(name="down")
@click.argument("name", default="default")
@click.option("--all", "everything", is_flag=True, help="Every sandbox of this user.")
def command(*, name: str, everything: bool) -> None:
    """Take the sandbox NAME down: no process, mount, device or file of it is left."""
    try:
        for one in list(names()) if everything else [name]:
            there = down(one)
            click.echo(f"sandbox {one} is down" if there else f"there was no sandbox {one}")
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
