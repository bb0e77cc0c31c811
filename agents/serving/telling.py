"""What is said in passing, told to the client of a call, one after the other."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio

from clusterwright.tools.caller import Tell
from clusterwright.tools.errors import ToolError

_BUFFER = 1_000


@asynccontextmanager
async def saying(tell: Tell, total: float = 1.0) -> AsyncGenerator[Callable[[str], None]]:
    """Yield what takes sentences; each is told, counted against `total`, before this ends."""
    told, heard = anyio.create_memory_object_stream[str](_BUFFER)

    async def pass_on() -> None:
        """Tell what is heard."""
        count = 0
        async with heard:
            async for sentence in heard:
                count += 1
                await tell(count, max(total, count), sentence)

    def say(sentence: str) -> None:
        """Have a sentence told; of too many, the last ones are lost."""
        if told.statistics().current_buffer_used < _BUFFER:
            told.send_nowait(sentence)

    raised: ToolError | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pass_on)
        async with told:
            try:
                yield say
            except ToolError as error:  # raised again below, not wrapped by the task group
                raised = error
    if raised is not None:
        raise raised
