"""`clusterwright sandbox down`: take sandboxes down."""

import click

from clusterwright.deploy.sandbox import down, names
from clusterwright.tools.errors import ToolError


@click.command(name="down")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Every sandbox of this user.")
def command(*, name: str | None, everything: bool) -> None:
    """Take the sandbox NAME (default: default) down: no process, mount, device or file is left."""
    if name and everything:
        raise click.UsageError("either NAME or --all")
    try:
        for one in list(names()) if everything else [name or "default"]:
            there = down(one)
            click.echo(f"sandbox {one} is down" if there else f"there was no sandbox {one}")
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
