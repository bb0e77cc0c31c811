"""What tasks of a tool raise that run at once is told as what it is."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import anyio
import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent

from clusterwright.servers.build import bind
from clusterwright.tools.answer import Answer
from clusterwright.tools.errors import UnreachableError
from clusterwright.tools.tool import Effect, Tool

pytestmark = pytest.mark.anyio
AWAY = UnreachableError("the API server answered 500", hint="look at its log")


class Nothing(Answer):
    """Never given."""

    def render(self) -> str:
        """Return nothing."""
        return ""


class Raising:
    """What the tool works with: what its tasks raise."""

    def __init__(self, *errors: Exception) -> None:
        """Take one error for each task."""
        self.errors: Sequence[Exception] = errors


async def read_all(raising: Raising) -> Nothing:
    """Read several things at once."""

    async def fail(error: Exception) -> None:
        raise error

    async def within(error: Exception) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail, error)

    async with anyio.create_task_group() as tasks:
        for error in raising.errors:
            tasks.start_soon(within, error)
    return Nothing(cluster="dev")


@asynccontextmanager
async def serving(*errors: Exception) -> AsyncGenerator[Client]:
    tool = bind(Tool(read_all, Effect.READ, "Read all"), Raising(*errors))
    async with Client(MCPServer("errors", tools=[tool])) as client:
        yield client


def said(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    assert result.is_error
    return content.text


async def test_the_error_of_a_task_is_told_as_it_is() -> None:
    async with serving(AWAY) as client:
        told = said(await client.call_tool("read_all"))
    assert told == "[unreachable] the API server answered 500. Next: look at its log"


async def test_a_bug_beside_it_is_not_hidden(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(AWAY, KeyError("a bug")) as client:
        told = said(await client.call_tool("read_all"))
    assert told.startswith("[internal] read_all failed on its own")
    assert "a bug" in caplog.text
