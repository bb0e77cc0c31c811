"""What a backend did not tell about itself for a passing reason is asked again after a while."""

import anyio
import httpx
import pytest

from clusterwright.tools.errors import BusyError
from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.capability import Feature, Flavor
from clusterwright.tools.prometheus.client import backend as client
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.gate import Gate
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.endpoint import Endpoint

pytestmark = pytest.mark.anyio

BUILD: Json = {"version": "3.16.0", "goVersion": "go1.25"}
FEATURES: Json = {"api": {"search": True}, "promql_functions": {"rate": True}}
EMPTY: Json = {"resultType": "vector", "result": []}


class Troubled:
    """A server, and what answers in place of some of its endpoints for a time."""

    def __init__(self, **instead: int) -> None:
        self.instead, self.asked = instead, list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        self.asked.append(name)
        if code := self.instead.get(name):
            return httpx.Response(code, text="no")
        told: dict[str, Json] = {
            "buildinfo": BUILD,
            "features": FEATURES,
            "runtimeinfo": {"GOMAXPROCS": 2},
        }
        return httpx.Response(200, json={"status": "success", "data": told.get(name, EMPTY)})

    @property
    def backend(self) -> Backend:
        return Backend(Endpoint("one", "http://p.test"), transport=httpx.MockTransport(self))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_ASK_AGAIN_SECONDS", 0.0)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("code", [403, 404])
async def test_who_refused_to_say_what_it_is_is_known_later(code: int) -> None:
    server = Troubled(buildinfo=code)
    backend = server.backend
    assert (await backend.capability()).flavor is Flavor.UNKNOWN
    server.instead.clear()
    assert (await backend.capability()).flavor is Flavor.PROMETHEUS


@pytest.mark.usefixtures("at_once")
async def test_features_that_could_not_be_read_are_read_later() -> None:
    server = Troubled(features=503)
    backend = server.backend
    first = await backend.capability()
    assert (first.can(Feature.TARGETS), first.can(Feature.SEARCH)) == (True, False)
    server.instead.clear()
    found = await backend.capability()
    assert (found.can(Feature.SEARCH), found.functions) == (True, {"rate"})


async def test_what_was_refused_is_not_asked_with_every_question() -> None:
    server = Troubled(buildinfo=403, runtimeinfo=503)
    backend = server.backend
    for _ in range(3):
        await backend.capability()
        await backend.instant("up", lane=Lane.HEAVY)
    assert (server.asked.count("buildinfo"), server.asked.count("runtimeinfo")) == (1, 1)


@pytest.mark.usefixtures("at_once")
async def test_what_was_told_is_not_asked_again() -> None:
    server = Troubled()
    backend = server.backend
    for _ in range(3):
        await backend.capability()
        await backend.instant("up", lane=Lane.HEAVY)
    assert (server.asked.count("buildinfo"), server.asked.count("runtimeinfo")) == (1, 1)


@pytest.mark.usefixtures("at_once")
async def test_a_server_that_tells_its_processors_late_is_spared_from_then_on() -> None:
    server, heavy, most = Troubled(runtimeinfo=503), 0, 0
    free = anyio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal heavy, most
        if b"heavy" in request.content:
            heavy += 1
            most = max(most, heavy)
            await free.wait()
            heavy -= 1
        return server(request)

    backend = Backend(Endpoint("one", "http://p.test"), transport=httpx.MockTransport(answer))
    await backend.instant("up", lane=Lane.HEAVY)
    server.instead.clear()
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(lambda: backend.instant("heavy", lane=Lane.HEAVY))
        await anyio.wait_all_tasks_blocked()
        free.set()
    assert most == 1


async def test_a_gate_that_is_narrowed_sends_nobody_out() -> None:
    gate = Gate(at_a_time=3)
    async with gate.passed(wait=0), gate.passed(wait=0):
        gate.narrow(1)
        with pytest.raises(BusyError):
            async with gate.passed(wait=0):
                pass
    gate.narrow(2)  # never wider again
    async with gate.passed(wait=0):
        with pytest.raises(BusyError, match="1 at a time"):
            async with gate.passed(wait=0):
                pass
