"""Progress as a client gets it: it rises, and never above its total."""

from typing import TYPE_CHECKING, cast

import anyio

from clusterwright.servers.progress import teller

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context


class Client:
    """Keeps what it is notified of."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, float, str]] = []

    async def report_progress(self, progress: float, total: float, message: str) -> None:
        self.heard.append((progress, total, message))


def test_progress_rises_although_what_is_counted_changes() -> None:
    client = Client()

    async def work() -> None:
        tell = teller(cast("Context", client))
        await tell(19, 23, "the last step")
        await tell(0, 4, "0 of 4 proofs")
        await tell(0, 4, "still none")

    anyio.run(work)
    assert client.heard == [
        (19, 23, "the last step"),
        (19.001, 19.001, "0 of 4 proofs"),
        (19.002, 19.002, "still none"),
    ]
