"""Errors of ours as click tells what was wrong with a command."""

import click

from clusterwright.tools.errors import ToolError


def usage(error: ToolError) -> click.UsageError:
    """Return an error of ours, with what to do, as one of usage: exit status 2."""
    return click.UsageError(f"{error}; {error.hint}" if error.hint else str(error))
