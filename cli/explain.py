"""`clusterwright explain CODE`: what a finding code means, how it is proven, how it is repaired."""

import sys

import click
from rich.console import Console
from rich.markdown import Markdown

from clusterwright.cli.usage import usage
from clusterwright.tools.errors import ToolError
from clusterwright.tools.explain import page


@click.command(name="explain")
@click.argument("code")
def command(*, code: str) -> None:
    """Explain a finding CODE, as pod/image-not-found."""
    try:
        text = page(code)
    except ToolError as error:
        raise usage(error) from error
    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        click.echo(text)
