"""A real Prometheus in a real cluster, found and reached through the API server's proxy."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import ForbiddenError, QueryError, ToolError, UnreachableError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.prometheus.monitoring import Monitoring
from tests.servers.kubeconfigs import edited
from tests.tools.prometheus.changes.processes import program
from tests.tools.prometheus.client.in_sandbox import in_sandbox

pytestmark = pytest.mark.anyio

PREFIX = "/some/prefix"


@pytest.fixture(scope="module")
def namespace(sandbox: Instance) -> Iterator[str]:
    name = f"monitoring-{os.getpid()}"
    sandbox.kubectl("create", "namespace", name)
    yield name
    sandbox.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def running(
    sandbox: Instance, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("proxied")
    with in_sandbox(sandbox, namespace, program("prometheus"), folder, PREFIX):
        yield


@pytest.fixture
async def monitoring(sandbox: Instance) -> AsyncIterator[Monitoring]:
    clusters = Clusters(sandbox.kubeconfig)
    yield Monitoring(clusters)
    await clusters.aclose()


@pytest.mark.usefixtures("running")
async def test_a_backend_is_found_with_its_prefix_and_asked(
    monitoring: Monitoring, sandbox: Instance, namespace: str
) -> None:
    reach = await monitoring.reach()
    assert reach.cluster == sandbox.context
    assert reach.backend.name == f"{namespace}/prometheus-operated"
    assert reach.backend.endpoint.url.endswith(PREFIX)
    assert (await reach.backend.capability()).version == "3.16.0"
    assert (await reach.backend.instant("vector(3)")).only == 3.0
    ranged = await reach.backend.range("vector(1)", 0, 60, 30)
    assert ranged.series[0].times == (0.0, 30.0, 60.0)
    long = " or ".join(["vector(1)"] * 1_500)
    assert len(long) > 8_000
    assert (await reach.backend.instant(long)).only == 1.0
    assert await reach.backend.get("labels") == []
    assert reach.alertmanager is None
    assert "no Service" in reach.no_alertmanager
    again = await monitoring.reach(sandbox.context, "prometheus-operated")
    assert again.backend is reach.backend


@pytest.mark.usefixtures("running")
async def test_a_query_is_refused_by_the_backend_and_not_by_the_api_server(
    monitoring: Monitoring,
) -> None:
    backend = (await monitoring.reach()).backend
    with pytest.raises(QueryError, match="parse error") as caught:
        await backend.instant("sum(")
    assert caught.value.position == (1, 5)


@pytest.mark.usefixtures("running")
async def test_who_may_not_use_the_proxy_is_told_the_right_that_is_missing(
    sandbox: Instance, namespace: str, tmp_path: Path
) -> None:
    account = f"system:serviceaccount:{namespace}:watcher"
    sandbox.kubectl("create", "serviceaccount", "watcher", "-n", namespace)
    binding = (f"watcher-{os.getpid()}", "--clusterrole=view", f"--user={account}")
    sandbox.kubectl("create", "clusterrolebinding", *binding)
    token = sandbox.kubectl("create", "token", "watcher", "-n", namespace).strip()
    clusters = Clusters(edited(sandbox, tmp_path, user={"token": token}))
    try:
        with pytest.raises(ForbiddenError, match="services/proxy") as caught:
            await Monitoring(clusters).reach()
        assert "`get services/proxy`" in caught.value.hint
    finally:
        await clusters.aclose()
        sandbox.kubectl("delete", "clusterrolebinding", binding[0])


async def test_a_service_without_pods_is_named_with_what_to_look_at(
    sandbox: Instance, monitoring: Monitoring, namespace: str
) -> None:
    sandbox.kubectl("create", "service", "clusterip", "prometheus", "--tcp=9090", "-n", namespace)
    try:
        with pytest.raises(ToolError) as caught:
            await monitoring.reach(backend=f"{namespace}/prometheus")
    finally:
        sandbox.kubectl("delete", "service", "prometheus", "-n", namespace)
    assert isinstance(caught.value, UnreachableError)
    assert f"Service/{namespace}/prometheus" in str(caught.value)
    assert "k8s_describe" in caught.value.hint
