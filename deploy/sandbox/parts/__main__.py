"""Make parts of the sandbox and print where each is: `python -m ... [NAME ...]`, default all."""

import sys
import time
from collections.abc import Collection
from pathlib import Path

import click

from clusterwright.deploy.sandbox.parts.binaries import BINARIES, ensure_binaries
from clusterwright.deploy.sandbox.parts.debian import ensure_packages
from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError
from clusterwright.deploy.sandbox.parts.progress import duration, report_to
from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.tools.errors import ToolError

NODE = "node"


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def main(names: tuple[str, ...]) -> None:
    """Make the named programs of the sandbox, or all of them, and print their paths.

    The name "node" stands for the Debian packages of a real node.
    """
    started = time.monotonic()
    with report_to(sys.stderr) as report:
        try:
            paths = _make(set(names), report)
        except ToolError as error:
            raise click.ClickException(f"{error}\n{error.hint}") from error
    for name, path in paths.items():
        click.echo(f"{name}\t{path}")
    click.echo(f"{len(paths)} parts ready in {duration(time.monotonic() - started)}", err=True)


def _make(names: Collection[str], report: Report) -> dict[str, Path]:
    programs = set(names) - {NODE} if names else {binary.name for binary in BINARIES}
    paths = ensure_binaries(programs, report) if programs else {}
    if NODE in names:
        paths[NODE] = ensure_packages(report).root
    elif not names:
        try:
            paths[NODE] = ensure_packages(report).root
        except NodeUnavailableError as error:  # a sandbox without a real node is still one
            click.echo(f"no real node here: {error}", err=True)
    return paths


if __name__ == "__main__":
    main()
