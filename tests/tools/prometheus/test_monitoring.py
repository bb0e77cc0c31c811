"""One backend for all who ask, whatever they call its cluster, and closed when it is over."""

from collections.abc import Sized
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx
import pytest

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.client import in_cluster
from clusterwright.tools.prometheus.monitoring import Monitoring
from tests.tools.prometheus.answering import a_cluster
from tests.tools.prometheus.test_discovery import service

pytestmark = pytest.mark.anyio

NAME = "simulated"


@pytest.fixture(autouse=True)
def unconfigured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))


class Known(Clusters):
    """One cluster, by its name or as the default."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.connection = connection

    async def connect(self, cluster: str | None = None) -> Connection:
        await anyio.lowlevel.checkpoint()
        if cluster not in {None, NAME}:
            raise NotFoundError(f"no cluster {cluster!r}", hint=NAME)
        return self.connection


def services(port: int = 9090) -> list[Manifest]:
    return [
        service("prometheus-operated", ("web", port)),
        service("alertmanager-operated", ("web", 9093)),
    ]


async def test_the_default_cluster_and_its_name_have_one_backend() -> None:
    monitoring = Monitoring(Known(a_cluster({"services": services()})))
    found: list[int] = []

    async def ask(cluster: str | None) -> None:
        reach = await monitoring.reach(cluster)
        found.extend((id(reach.backend), id(reach.alertmanager)))

    async with anyio.create_task_group() as tasks:
        for cluster in (None, NAME, None, NAME):
            tasks.start_soon(ask, cluster)
    assert (len(found), len(set(found))) == (8, 2)
    await monitoring.aclose()


class Line(httpx.MockTransport):
    """The way to a Service; counts the clients that are open."""

    def __init__(self, opened: list[str], port: str) -> None:
        super().__init__(lambda _: httpx.Response(200, json={"status": "success", "data": {}}))
        self.opened, self.port = opened, port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.port not in self.opened:
            self.opened.append(self.port)
        return await super().handle_async_request(request)

    async def aclose(self) -> None:
        self.opened.remove(self.port)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_cluster, "_KNOWN_SECONDS", -1.0)


def lined(listed: list[Manifest], opened: list[str], monkeypatch: pytest.MonkeyPatch) -> Connection:
    def service_of(_namespace: str, port: str) -> Line:
        return Line(opened, port)

    connection = a_cluster({"services": listed})
    monkeypatch.setattr(connection, "service", service_of)
    return connection


@pytest.mark.usefixtures("at_once")
async def test_what_moved_is_closed_and_so_is_all_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed, opened = services(), list[str]()
    monitoring = Monitoring(Known(lined(listed, opened, monkeypatch)))
    before = (await monitoring.reach()).backend
    await before.get("targets")
    assert opened == ["http:prometheus-operated:9090"]
    listed[:] = services(9191)
    reach = await monitoring.reach()
    await reach.backend.get("targets")
    assert reach.backend is not before
    assert opened == ["http:prometheus-operated:9191"]
    await monitoring.aclose()
    assert opened == []


async def test_a_connection_that_was_renewed_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    known = Known(lined(services(), opened, monkeypatch))
    monitoring = Monitoring(known)
    before = (await monitoring.reach()).backend
    await before.get("targets")
    known.connection = lined(services(), [], monkeypatch)
    assert (await monitoring.reach()).backend is not before
    assert opened == []
    await monitoring.aclose()


async def test_names_that_are_no_clusters_leave_nothing_behind() -> None:
    monitoring = Monitoring(Known(a_cluster({"services": services()})))
    await monitoring.reach()

    def kept() -> int:
        return sum(len(one) for one in vars(monitoring).values() if isinstance(one, Sized))

    before = kept()
    for number in range(20):
        with pytest.raises(NotFoundError):
            await monitoring.reach(f"made-up-{number}")
    assert kept() == before
    await monitoring.aclose()
