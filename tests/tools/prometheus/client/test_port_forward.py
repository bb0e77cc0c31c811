"""Backends that the API server's proxy does not lead to, reached by port-forwards of our own."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import (
    ForbiddenError,
    QueryError,
    ToolError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.prometheus.capability import Flavor
from clusterwright.tools.prometheus.changes.rights import check_proxy
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.open_service import open_service
from clusterwright.tools.prometheus.discovery import Found, Role
from clusterwright.tools.prometheus.monitoring import Monitoring
from tests.tools.prometheus.client.forwarding import (
    PORT,
    SERVICE,
    account,
    answering,
    made,
    pod,
    service,
    unrouted,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def namespace(sandbox: Instance) -> Iterator[str]:
    if not sandbox.has_node:
        pytest.skip("only a real node forwards ports")
    name = f"forwarded-{os.getpid()}"
    sandbox.kubectl("create", "namespace", name)
    yield name
    sandbox.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def fixed(sandbox: Instance, namespace: str) -> Iterator[str]:
    """Return the name of a backend in a pod of its own network, which answers 3 to everything."""
    with made(sandbox, namespace, answering("fixed"), service(SERVICE, "fixed", PORT)):
        yield f"{namespace}/{SERVICE}"


@pytest.fixture
async def connection(sandbox: Instance) -> AsyncIterator[Connection]:
    clusters = Clusters(sandbox.kubeconfig)
    yield await clusters.connect()
    await clusters.aclose()


async def test_who_may_forward_ports_but_not_use_the_proxy_reaches_a_backend(
    sandbox: Instance, namespace: str, fixed: str, tmp_path: Path
) -> None:
    async with account(sandbox, namespace, tmp_path, "get", "create") as clusters:
        reach = await Monitoring(clusters).reach(backend=fixed)
        assert reach.backend.endpoint.forwarded
        assert (await reach.backend.instant("vector(1)")).only == 3.0
        # Nothing that is asked of the proxy before a silence is posted stands in the way.
        assert reach.connection
        await check_proxy(reach.connection, reach.backend.endpoint, "create")
        await reach.backend.aclose()


async def test_more_queries_than_tunnels_and_cancelled_ones_leave_it_well(
    sandbox: Instance, namespace: str, fixed: str, tmp_path: Path
) -> None:
    async with account(sandbox, namespace, tmp_path, "get", "create") as clusters:
        backend = (await Monitoring(clusters).reach(backend=fixed)).backend
        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(backend.instant, "vector(1)")
        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(backend.instant, "vector(1)")
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        with anyio.fail_after(20):
            assert (await backend.instant("vector(1)")).only == 3.0
        await backend.aclose()


@pytest.mark.parametrize("verbs", [(), ("get",), ("create",)])
async def test_who_may_neither_is_told_both_rights(
    sandbox: Instance, namespace: str, fixed: str, tmp_path: Path, verbs: tuple[str, ...]
) -> None:
    async with account(sandbox, namespace, tmp_path, *verbs) as clusters:
        with pytest.raises(ForbiddenError) as caught:
            await Monitoring(clusters).reach(backend=fixed)
    assert 'cannot get resource "services/proxy"' in str(caught.value)
    assert "nor by a port-forward of our own" in str(caught.value)
    assert "`get services/proxy`" in caught.value.hint
    assert "`get` and `create` on `pods/portforward`" in caught.value.hint


async def test_what_the_api_server_has_no_route_to_is_reached_with_tls_in_the_tunnel(
    sandbox: Instance, namespace: str, connection: Connection, tmp_path: Path
) -> None:
    with unrouted(sandbox, tmp_path) as port:
        own = pod("unrouted", ["sleep", "3600"], hostNetwork=True)
        before = service("tls-prometheus", "unrouted", port, "https-web")
        with made(sandbox, namespace, own, before):
            found = Found(
                namespace, "tls-prometheus", Role.BACKEND, Flavor.PROMETHEUS, 9090, "https"
            )
            endpoint, transport = await open_service(
                connection, found, "backend", "/api/v1/query?query=1"
            )
            assert endpoint.forwarded
            async with aclosing(Backend(endpoint, transport=transport)) as backend:
                assert (await backend.capability()).version == "3.16.0"
                many = await backend.range("vector(1)", 0, 100_000, 10)
                assert len(many.series[0].times) == 10_001
                long = "x" * 150_000  # there and back
                echo = await backend.instant(f'label_replace(vector(1), "a", "{long}", "", "")')
                assert echo.series[0].labels == {"a": long}
                with pytest.raises(QueryError, match="parse error"):
                    await backend.instant("sum(")


async def test_the_pod_is_another_one_once_the_first_is_gone(
    sandbox: Instance, namespace: str, tmp_path: Path
) -> None:
    pods = answering("moved-0", 4, "moved"), answering("moved-1", 5, "moved")
    with made(sandbox, namespace, *pods, service("moved-prometheus", "moved", PORT)):
        async with account(sandbox, namespace, tmp_path, "get", "create") as clusters:
            name = f"{namespace}/moved-prometheus"
            backend = (await Monitoring(clusters).reach(backend=name)).backend
            answers = {(await backend.instant("x")).only for _ in range(5)}
            sandbox.kubectl("delete", "pod", "moved-0", "-n", namespace)
            after = 4.0  # its process ends a while after the object is gone
            with anyio.fail_after(30):
                while after == 4.0:
                    after = (await backend.instant("x")).only
            await backend.aclose()
    assert (answers, after) == ({4.0}, 5.0)


async def test_a_port_that_nothing_listens_on_is_told_in_the_words_of_the_node(
    sandbox: Instance, namespace: str, fixed: str, connection: Connection
) -> None:
    assert fixed  # its pod is there
    with made(sandbox, namespace, service("deaf-prometheus", "fixed", PORT + 1)):
        error = await _refused(connection, namespace, "deaf-prometheus")
    assert f"port {PORT + 1} of Pod/{namespace}/fixed" in str(error)
    assert "connection refused" in str(error)
    assert "k8s_describe" in error.hint


async def test_a_pod_whose_node_forwards_no_ports_is_named_with_the_other_way(
    sandbox: Instance, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In a sandbox that is not monitored, nothing is where the node says that its kubelet listens.
    monkeypatch.setattr("clusterwright.tools.kubernetes.client.tunnels._POD_SECONDS", 1.0)
    elsewhere = pod("simulated", ["sleep", "3600"], nodeName="sim-1")
    with made(sandbox, namespace, elsewhere, service("far-prometheus", "simulated", 9)):
        async with account(sandbox, namespace, tmp_path, "get", "create") as clusters:
            error = await _refused(await clusters.connect(), namespace, "far-prometheus")
    assert "cannot be reached through the API server" in str(error)
    assert f"no port-forward leads to Pod/{namespace}/simulated" in str(error)
    assert "`get services/proxy`" in error.hint


async def _refused(connection: Connection, namespace: str, name: str) -> ToolError:
    found = Found(namespace, name, Role.BACKEND, Flavor.PROMETHEUS, 9090)
    with pytest.raises(UnreachableError) as caught:
        await open_service(connection, found, "backend", "/api/v1/query?query=1")
    return caught.value
