"""How many heavy queries a server is asked at a time, and who keeps a place."""

import anyio
import httpx
import pytest

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import HEAVY_AT_A_TIME, Lane, heavy_at_a_time
from clusterwright.tools.prometheus.endpoint import Endpoint

pytestmark = pytest.mark.anyio
EMPTY: Manifest = {"status": "success", "data": {"resultType": "vector", "result": []}}


class Slow:
    """A server that answers heavy queries only when it is let."""

    def __init__(self, processors: httpx.Response) -> None:
        self.free, self.running, self.most = anyio.Event(), 0, 0
        self._processors = processors

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/runtimeinfo"):
            return self._processors
        if b"heavy" in request.content:
            self.running += 1
            self.most = max(self.most, self.running)
            await self.free.wait()
            self.running -= 1
        return httpx.Response(200, json=EMPTY)


def told(processors: object) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": {"GOMAXPROCS": processors}})


def backend_of(answer: Slow) -> Backend:
    return Backend(Endpoint("one", "http://p.test"), transport=httpx.MockTransport(answer))


def test_one_processor_is_left_to_light_queries() -> None:
    assert [heavy_at_a_time(one) for one in (0, 1, 2, 4, 8, 9, 64)] == [8, 1, 1, 3, 7, 8, 8]


@pytest.mark.parametrize(
    ("processors", "most"),
    [
        (told(2), 1),
        (told(4), 3),
        (told(100), HEAVY_AT_A_TIME),
        (told("many"), HEAVY_AT_A_TIME),
        (httpx.Response(404, text="404 page not found"), HEAVY_AT_A_TIME),
        (httpx.Response(200, text="<html>"), HEAVY_AT_A_TIME),
    ],
)
async def test_as_many_are_asked_as_the_server_has_processors_to_spare(
    processors: httpx.Response, most: int
) -> None:
    server = Slow(processors)
    backend = backend_of(server)
    async with anyio.create_task_group() as tasks:
        for n in range(20):
            tasks.start_soon(lambda n=n: backend.instant(f"heavy_{n}", lane=Lane.HEAVY))
        await anyio.wait_all_tasks_blocked()
        assert server.running == most
        assert (await backend.instant("light")).series == ()
        server.free.set()
    assert server.most == most


async def test_a_question_keeps_its_place_until_it_is_answered() -> None:
    server = Slow(told(1))
    server.free.set()
    backend, done = backend_of(server), list[str]()

    async def question(name: str) -> None:
        async with backend.one_question():
            for part in (1, 2, 3):
                await backend.instant(f"heavy_{name}", lane=Lane.HEAVY)
                done.append(f"{name}{part}")

    async with anyio.create_task_group() as tasks:
        for name in "abc":
            tasks.start_soon(question, name)
    assert done == [f"{name}{part}" for name in "abc" for part in (1, 2, 3)]


async def test_a_question_that_is_given_up_leaves_its_place() -> None:
    server = Slow(told(1))
    backend = backend_of(server)
    for _ in range(3):
        with anyio.move_on_after(0.01):
            async with backend.one_question():
                await backend.instant("heavy", lane=Lane.HEAVY)
    server.free.set()
    with anyio.fail_after(30):
        await backend.instant("heavy", lane=Lane.HEAVY)
