"""`clusterwright sandbox logs`: what a program of a sandbox wrote."""

import time
from collections import deque
from pathlib import Path

import click

from clusterwright.cli.sandbox.target import instance_option
from clusterwright.deploy.sandbox import Instance, find
from clusterwright.tools.errors import NotFoundError, ToolError

_PAUSE = 0.3


@click.command(name="logs")
@click.argument("program", required=False)
@instance_option
@click.option("-n", "lines", default=100, show_default=True, help="Lines from the end.")
@click.option("-f", "follow", is_flag=True, help="Go on as the log grows.")
def command(*, program: str | None, instance: str, lines: int, follow: bool) -> None:
    """Print the end of PROGRAM's log; without PROGRAM, list the logs.

    The log named `audit` is what the API server was asked.
    """
    if follow and program is None:
        raise click.UsageError("name the program that -f is to follow")
    try:
        sandbox = find(instance)
        if program is None:
            click.echo("\n".join(_programs(sandbox)))
            return
        path = _log(sandbox, program)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    with path.open(encoding="utf-8", errors="replace") as log:
        for line in deque(log, lines):
            click.echo(line, nl=False)
        while follow:
            if rest := log.read():
                click.echo(rest, nl=False)
            time.sleep(_PAUSE)


def _programs(instance: Instance) -> list[str]:
    return sorted(path.stem for path in (instance.directory / "logs").glob("*.log"))


def _log(instance: Instance, program: str) -> Path:
    known = _programs(instance)
    if program not in known:
        raise NotFoundError(f"no log of {program!r}", hint=f"there are {', '.join(known)}")
    return instance.directory / "logs" / f"{program}.log"
