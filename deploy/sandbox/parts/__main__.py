"""Make parts of the sandbox and print where each is: `python -m ... [NAME ...]`, default all."""

import sys
import time

import click

from clusterwright.deploy.sandbox.parts.binaries import BINARIES, ensure_binaries
from clusterwright.deploy.sandbox.parts.progress import duration, report_to
from clusterwright.tools.errors import ToolError


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def main(names: tuple[str, ...]) -> None:
    """Make the named programs of the sandbox, or all of them, and print their paths."""
    started = time.monotonic()
    with report_to(sys.stderr) as report:
        try:
            paths = ensure_binaries(names or [binary.name for binary in BINARIES], report)
        except ToolError as error:
            raise click.ClickException(f"{error}\n{error.hint}") from error
    for name, path in paths.items():
        click.echo(f"{name}\t{path}")
    click.echo(f"{len(paths)} parts ready in {duration(time.monotonic() - started)}", err=True)


if __name__ == "__main__":
    main()
