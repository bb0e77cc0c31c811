"""A diagnosis in the form that was asked for, on standard output or whole in a file."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.document import to_json
from clusterwright.agents.report.html import to_html
from clusterwright.agents.report.junit import to_junit
from clusterwright.agents.report.markdown import to_markdown
from clusterwright.agents.report.said import verdict_line
from clusterwright.agents.report.sarif import to_sarif
from clusterwright.agents.report.terminal import render
from clusterwright.tools.errors import InvalidInputError

TEXT = "text"
DOCUMENTS: dict[str, Callable[[Diagnosis], str]] = {
    "json": to_json,
    "markdown": to_markdown,
    "sarif": to_sarif,
    "junit": to_junit,
    "html": to_html,
}
"""What is written as a document, by the name of its form."""
_WIDTH = 100
"""Of text in a file, which nobody has told how wide it is read."""


def show(diagnosis: Diagnosis, output: str, file: Path | None = None) -> None:
    """Print a diagnosis in a form, or write it to a file and say so on standard error."""
    if file is None:
        if output == TEXT:
            render(diagnosis, Console(highlight=False))
        else:
            click.echo(DOCUMENTS[output](diagnosis).removesuffix("\n"))
        return
    try:
        write_whole(file, _document(diagnosis, output))
    except OSError as error:
        said = error.strerror or str(error)
        raise InvalidInputError(f"{file} cannot be written: {said}") from error
    click.echo(f"{verdict_line(diagnosis)} Written to {file}.", err=True)


def write_whole(file: Path, text: str) -> None:
    """Write a file so that no reader ever finds half of it; a device or a pipe is just written."""
    place = file.resolve()
    if place.exists() and not place.is_file():
        place.write_text(text, encoding="utf-8")
        return
    fresh = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def _document(diagnosis: Diagnosis, output: str) -> str:
    if output != TEXT:
        return DOCUMENTS[output](diagnosis).removesuffix("\n") + "\n"
    written = io.StringIO()
    render(diagnosis, Console(file=written, width=_WIDTH, highlight=False, no_color=True))
    return written.getvalue()
