"""Progress on standard error: a moving line on a terminal, nothing where output is collected."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def progress(text: str) -> Generator[None]:
    """Show `text` while the block runs, if standard error is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield
