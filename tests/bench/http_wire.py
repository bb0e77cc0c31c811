"""An HTTP client that costs next to nothing: what is measured is the server.

Clients of 2026-07-28: each call is one POST on a connection that is kept, and one JSON body back.
"""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

_META: dict[str, object] = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
_HEADERS = (
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    "MCP-Protocol-Version: 2026-07-28",
    "Mcp-Method: tools/call",
)


class HttpWire:
    """One connection, for one call at a time."""

    def __init__(
        self, url: str, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> None:
        """Take a connection to the server at `url`; `connect` makes one."""
        self._parts = urlsplit(url)
        self._reader, self._writer = streams

    async def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Call a tool that must succeed; return its result."""
        params: dict[str, object] = {"name": tool, "arguments": arguments, "_meta": _META}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        body = json.dumps(message).encode()
        head = [
            f"POST {self._parts.path} HTTP/1.1",
            f"Host: {self._parts.netloc}",
            *_HEADERS,
            f"Mcp-Name: {tool}",
            f"Content-Length: {len(body)}",
        ]
        self._writer.write("\r\n".join([*head, "", ""]).encode() + body)
        answer = json.loads(await self._answer())
        if "error" in answer or answer["result"].get("isError"):
            raise RuntimeError(f"{tool}: {answer}")
        result: dict[str, Any] = answer["result"]
        return result

    async def _answer(self) -> bytes:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        lines = [line.partition(":") for line in head.split("\r\n")]
        (length,) = [int(value) for name, _, value in lines if name == "content-length"]
        return await self._reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def connect(url: str) -> HttpWire:
    """Return a new connection to the server at `url`."""
    parts = urlsplit(url)
    return HttpWire(url, await asyncio.open_connection(parts.hostname, parts.port))
