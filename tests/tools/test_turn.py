"""A turn is given back while a call waits, and held again where one is free."""

import anyio
import pytest

from clusterwright.servers.limit import Limit
from clusterwright.tools.errors import BusyError
from clusterwright.tools.turn import waiting

pytestmark = pytest.mark.anyio


async def test_who_waits_elsewhere_lets_another_work() -> None:
    limit, free, done = Limit(running=1), anyio.Event(), list[str]()

    async def waits() -> None:
        async with limit.turn():
            async with waiting():
                await free.wait()
            done.append("waited")

    async def works() -> None:
        async with limit.turn():
            done.append("worked")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waits)
        await anyio.wait_all_tasks_blocked()
        await works()
        free.set()
    assert done == ["worked", "waited"]


async def test_after_the_wait_a_free_turn_is_held_again() -> None:
    limit = Limit(running=1, waiting=0)
    async with limit.turn():
        async with waiting():
            pass
        with pytest.raises(BusyError):
            async with limit.turn():
                pass


async def test_who_has_a_place_goes_on_though_those_who_wait_for_it_hold_all_turns() -> None:
    limit, place, done = Limit(running=1), anyio.Semaphore(0), list[str]()

    async def first() -> None:
        async with limit.turn():
            async with waiting():
                await place.acquire()
            done.append("first")
            place.release()

    async def part() -> None:
        async with waiting():
            await place.acquire()
        done.append("part")

    async def second() -> None:
        async with limit.turn(), anyio.create_task_group() as parts:
            parts.start_soon(part)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(second)
        await anyio.wait_all_tasks_blocked()
        place.release()
    assert done == ["first", "part"]


async def test_who_is_cancelled_while_it_waits_leaves_as_many_turns_as_there_were() -> None:
    limit = Limit(running=1, waiting=0)
    with anyio.move_on_after(0):
        async with limit.turn(), waiting():
            await anyio.sleep_forever()
    async with limit.turn():
        with pytest.raises(BusyError):
            async with limit.turn():
                pass


async def test_one_of_several_things_that_a_call_does_gives_nothing_back() -> None:
    limit = Limit(running=1)
    free, done = anyio.Event(), list[str]()

    async def part() -> None:
        async with waiting():
            await free.wait()

    async def call() -> None:
        async with limit.turn(), anyio.create_task_group() as parts:
            parts.start_soon(part)
            parts.start_soon(part)

    async def other() -> None:
        async with limit.turn():
            done.append("other")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(other)
        await anyio.wait_all_tasks_blocked()
        assert not done
        free.set()
    assert done == ["other"]


async def test_where_nobody_counts_a_wait_is_a_wait() -> None:
    async with waiting():
        pass
