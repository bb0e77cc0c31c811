"""Progress of scenarios on standard error: what is still waited for, and why."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.status import Status

from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.deploy.sandbox.scenario.progress import Progress, Report

_SHOWN = 60


@contextmanager
def watching(rendered: Sequence[Rendered]) -> Generator[Report]:
    """Yield a report: a moving line on a terminal, a line for each that is done elsewhere."""
    console = Console(stderr=True)
    pending = {one.name: "" for one in rendered}
    with Status(_line(pending), console=console) as status:

        def report(progress: Progress) -> None:
            name = progress.rendered.name
            pending[name] = progress.unmet[0] if progress.unmet else ""
            if progress.done:
                pending.pop(name)
                click.echo(f"{name}: {progress.seconds:.0f} s", err=True)
            status.update(_line(pending))

        yield report


def _line(pending: dict[str, str]) -> str:
    first = next((why for why in pending.values() if why), "")
    return f"{len(pending)} to go: {', '.join(pending)[:_SHOWN]}  {first[:_SHOWN]}"
