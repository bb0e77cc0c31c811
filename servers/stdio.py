"""MCP over standard input and output, for clients that first ask which protocol era is spoken.

The SDK settles a connection's era by its first request. Some clients probe with `server/discover`
and then, answered or not, shake hands with `initialize`, which the SDK refuses after the probe.
Here a probe is answered without settling anything: the first other request decides.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import anyio
from mcp.server import MCPServer
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCRequest, JSONRPCResponse

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectSendStream
    from mcp.shared._stream_protocols import ReadStream, WriteStream

_PROBE = "server/discover"
_BUFFER = 64

Incoming: TypeAlias = SessionMessage | Exception


async def serve_stdio(server: MCPServer) -> None:
    """Serve one client until it closes our standard input."""
    # The SDK offers no public way from its server to the one below, which a transport drives.
    low: Server[Any] = vars(server)["_lowlevel_server"]
    async with stdio_server() as (incoming, outgoing):
        await serve_streams(low, incoming, outgoing)


async def serve_streams(
    low: Server[Any], incoming: "ReadStream[Incoming]", outgoing: "WriteStream[SessionMessage]"
) -> None:
    """Serve one client over a pair of message streams, in the era of its first real request."""
    options = low.create_initialization_options()
    settled: MemoryObjectSendStream[Incoming] | None = None
    async with anyio.create_task_group() as tasks:
        async for message in incoming:
            if settled is None and _method(message) == _PROBE:
                tasks.start_soon(_answer_probe, low, message, outgoing)
                continue
            if settled is None:
                settled, received = anyio.create_memory_object_stream[Incoming](_BUFFER)
                tasks.start_soon(low.run, received, outgoing, options)
            await settled.send(message)
        if settled is not None:
            await settled.aclose()
    await outgoing.aclose()  # nobody else does when a client leaves before its first request


async def _answer_probe(
    low: Server[Any], probe: Incoming, outgoing: "WriteStream[SessionMessage]"
) -> None:
    """Answer one request as if it were a connection of its own."""
    ask, asked = anyio.create_memory_object_stream[Incoming](1)
    reply, replies = anyio.create_memory_object_stream[SessionMessage](_BUFFER)
    async with anyio.create_task_group() as tasks, ask, replies:
        tasks.start_soon(low.run, asked, reply, low.create_initialization_options())
        await ask.send(probe)
        async for message in replies:
            await outgoing.send(message)
            if isinstance(message.message, JSONRPCResponse | JSONRPCError):
                break


def _method(message: Incoming) -> str:
    if isinstance(message, SessionMessage) and isinstance(message.message, JSONRPCRequest):
        return message.message.method
    return ""
