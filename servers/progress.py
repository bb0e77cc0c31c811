"""Progress notifications: what a tool tells while it works, as safe and bounded as its answer."""

from mcp.server.mcpserver import Context

from clusterwright.servers.bound import told
from clusterwright.tools.caller import Tell

_LONGEST = 500
_LEAST = 0.001
"""What progress rises by when nothing is done that could be counted."""


def teller(context: Context) -> Tell:
    """Return how to report progress to the client of a call, if it asked for that.

    The value rises with each notification, as the protocol has it (2025-11-25, "Progress"), and
    the total with it: steps are counted anew where proofs or the way back follow them.
    """
    last = -1.0

    async def tell(done: float, total: float, message: str) -> None:
        nonlocal last
        last = done if done > last else round(last + _LEAST, 3)
        await context.report_progress(last, max(total, last), told(message, _LONGEST))

    return tell
