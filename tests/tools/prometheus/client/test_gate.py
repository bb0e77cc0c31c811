"""The line before heavy queries."""

import anyio
import anyio.lowlevel
import pytest

from clusterwright.tools.errors import BusyError
from clusterwright.tools.prometheus.client.gate import Gate

pytestmark = pytest.mark.anyio


async def test_who_came_first_is_served_first() -> None:
    gate, served = Gate(at_a_time=1), list[int]()

    async def ask(number: int) -> None:
        async with gate.passed():
            served.append(number)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(ask, number)
    assert served == list(range(10))


async def test_a_line_that_is_full_takes_nobody_else() -> None:
    gate = Gate(at_a_time=1, line=2)
    async with gate.passed(), anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(_pass, gate)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(BusyError, match="2 heavy queries wait") as caught:
            await _pass(gate)
        assert caught.value.hint
        tasks.cancel_scope.cancel()


async def test_who_waits_too_long_is_told_so() -> None:
    gate = Gate(at_a_time=1)
    async with gate.passed():
        with pytest.raises(BusyError, match="turn of this query did not come"):
            async with gate.passed(wait=0):
                pass
    async with gate.passed(wait=0):
        pass


async def test_who_gives_up_leaves_the_line_and_the_place() -> None:
    gate = Gate(at_a_time=1, line=1)
    async with gate.passed():
        with anyio.move_on_after(0):
            await _pass(gate)
    with anyio.move_on_after(0):
        async with gate.passed():
            await anyio.sleep_forever()
    async with gate.passed(wait=0):
        pass


async def _pass(gate: Gate) -> None:
    async with gate.passed():
        pass
