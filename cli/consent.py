"""Questions of a server put to the person at the terminal, who types yes or no."""

import sys

import click
from anyio import to_thread
from mcp.client import ClientRequestContext
from mcp.client.session import ElicitationFnT
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult


def at_terminal() -> ElicitationFnT | None:
    """Return what asks the person; None where nobody sits, so that servers are told so."""
    return _ask if sys.stdin.isatty() and sys.stderr.isatty() else None


async def _ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    del context  # one person sits here, whichever server asks
    if not isinstance(params, ElicitRequestFormParams):
        return ElicitResult(action="cancel")
    agreed = await to_thread.run_sync(_confirm, params.message, abandon_on_cancel=True)
    if agreed is None:
        return ElicitResult(action="cancel")
    action = "accept" if agreed else "decline"
    return ElicitResult(action=action, content={"approve": True} if agreed else None)


def _confirm(message: str) -> bool | None:
    click.echo(f"\n{message}\n", err=True)
    try:
        return click.confirm("Apply it?", default=False, err=True)
    except click.Abort:
        return None
