"""Tools that follow something tell on the way, and keep no other call from its turn."""

from dataclasses import dataclass, field

import anyio
import pytest
from mcp import Client

from clusterwright.servers.build import build
from clusterwright.servers.limit import RUNNING
from clusterwright.tools.answer import Answer
from clusterwright.tools.caller import Tell
from clusterwright.tools.redaction import REDACTED
from clusterwright.tools.tool import Effect, Tool

pytestmark = pytest.mark.anyio
SECONDS = 30.0


class Said(Answer):
    """A sentence."""

    said: str

    def render(self) -> str:
        return self.said


@dataclass
class Road:
    """Where calls wait until they are let on."""

    open: anyio.Event = field(default_factory=anyio.Event)
    waiting: int = 0

    async def aclose(self) -> None:
        """Hold nothing."""


async def follow(road: Road, tell: Tell) -> Said:
    """Tell three times, twice the same, then wait."""
    await tell(1, 3, "begun")
    await tell(1, 3, "password=correct-horse-battery \x1b[31mred\u200b")
    await tell(2, 3, "long " * 500)
    road.waiting += 1
    await road.open.wait()
    return Said(cluster="test", said="over")


async def glance(road: Road) -> Said:
    """Answer at once."""
    return Said(cluster="test", said=f"{road.waiting} wait")


TOOLS = (
    Tool(follow, Effect.READ, "Follow", tells=True),
    Tool(glance, Effect.READ, "Glance"),
)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_what_is_told_rises_and_is_as_safe_as_an_answer(mode: str) -> None:
    road = Road()
    road.open.set()
    told: list[tuple[float, float | None, str]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message or ""))

    server = build("test", [(one, road) for one in TOOLS], title="", instructions="")
    async with Client(server, mode=mode) as client:
        (listed, _) = (await client.list_tools()).tools
        assert listed.input_schema["properties"] == {}
        await client.call_tool("follow", {}, progress_callback=hear)
    (first, second, third) = told
    assert first == (1, 3, "begun")
    assert 1 < second[0] < 2
    assert second[2] == f"password={REDACTED} red"
    assert third[0] == 2
    assert len(third[2]) == 500


async def test_many_that_follow_keep_nobody_waiting() -> None:
    road = Road()
    server = build("test", [(one, road) for one in TOOLS], title="", instructions="")
    async with Client(server) as client, anyio.create_task_group() as tasks:
        nothing = dict[str, str]()
        for _ in range(RUNNING):
            tasks.start_soon(client.call_tool, "follow", nothing)
        with anyio.fail_after(SECONDS):
            while road.waiting < RUNNING:
                answer = await client.call_tool("glance", {})
            answer = await client.call_tool("glance", {})
        assert answer.structured_content == {"cluster": "test", "said": f"{RUNNING} wait"}
        road.open.set()
