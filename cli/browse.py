"""The page where a person signs in, shown to whoever sits at the terminal."""

import sys
import webbrowser

import anyio.to_thread
import click

from clusterwright.tools.errors import UnauthenticatedError


async def browse(page: str) -> None:
    """Open a page in the user's browser and print it; raise UnauthenticatedError without a user."""
    if not sys.stderr.isatty():
        raise UnauthenticatedError(
            "the server asks for a sign-in, and there is nobody at a terminal to do it",
            hint="run the command once in a terminal, or give 'URL --token-file FILE'",
        )
    click.echo(f"Sign in to go on: {page}", err=True)
    await anyio.to_thread.run_sync(webbrowser.open, page)
