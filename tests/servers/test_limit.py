"""How many calls work at once, wait, and are refused."""

import anyio
import pytest

from clusterwright.servers.limit import Limit
from clusterwright.tools.errors import BusyError

pytestmark = pytest.mark.anyio


async def test_some_run_some_wait_and_the_rest_is_refused() -> None:
    limit, stop, refused = Limit(running=2, waiting=3), anyio.Event(), list[str]()
    running, most = 0, 0

    async def work() -> None:
        nonlocal running, most
        try:
            async with limit.turn():
                running += 1
                most = max(most, running)
                await stop.wait()
                running -= 1
        except BusyError as error:
            refused.append(str(error))

    async with anyio.create_task_group() as tasks:
        for _ in range(7):
            tasks.start_soon(work)
        await anyio.wait_all_tasks_blocked()
        assert running == 2
        assert refused == ["3 calls wait for this server already"] * 2
        stop.set()
    assert (most, running) == (2, 0)


async def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    limit = Limit(running=1, waiting=1)
    async with limit.turn(), anyio.create_task_group() as tasks:
        with anyio.move_on_after(0):
            async with limit.turn():
                pass
        tasks.start_soon(anyio.sleep, 0)
    async with limit.turn():
        pass
