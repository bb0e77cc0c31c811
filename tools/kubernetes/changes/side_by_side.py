"""Reads at once, of which the first failure is raised as it is, and not in a group of one."""

from collections.abc import Awaitable, Callable, Sequence

import anyio

from clusterwright.tools.errors import ToolError

_AT_ONCE = 8


async def side_by_side(jobs: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Run jobs, a few at a time; raise the error of the first one, in their order, that failed."""
    errors: dict[int, ToolError] = {}
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def run(place: int, job: Callable[[], Awaitable[None]]) -> None:
        async with limiter:
            try:
                await job()
            except ToolError as error:
                errors[place] = error

    async with anyio.create_task_group() as tasks:
        for place, job in enumerate(jobs):
            tasks.start_soon(run, place, job)
    if errors:
        raise errors[min(errors)]
