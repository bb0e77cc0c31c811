"""The client against a real API server: who we are, what is served, what is refused."""

import json
import socket
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kubernetes.config import incluster_config

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.runtime.certificates import Authority
from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotServedError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.client import credentials
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import name_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(sandbox: Instance) -> AsyncIterator[Connection]:
    clusters = Clusters(sandbox.kubeconfig)
    yield await clusters.connect()
    await clusters.aclose()


def edited(sandbox: Instance, place: Path, **user_or_cluster: object) -> Path:
    """Return a copy of the sandbox's kubeconfig with some fields replaced."""
    content = json.loads(sandbox.kubeconfig.read_text(encoding="utf-8"))
    for key, value in user_or_cluster.items():
        part = content["clusters"][0]["cluster"] if key == "server" else content["users"][0]
        part[key] = value
    path = place / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


async def failure(kubeconfig: Path) -> ToolError:
    """Return the error that a first read with a kubeconfig ends in."""
    clusters = Clusters(kubeconfig)
    try:
        with pytest.raises(ToolError) as caught:
            await read_snapshot(await clusters.connect(), ["Pod"])
    finally:
        await clusters.aclose()
    return caught.value


@pytest.mark.parametrize("name", ["Deployment", "deployments", "deploy", "deployments.apps"])
async def test_a_kind_is_found_by_any_of_its_names(connection: Connection, name: str) -> None:
    assert (await connection.resource(name)).api_version == "apps/v1"


async def test_an_unknown_kind_names_the_nearest(connection: Connection) -> None:
    with pytest.raises(NotFoundError) as caught:
        await connection.resource("Deploymnt")
    assert "Deployment" in caught.value.hint


async def test_a_custom_resource_is_served_as_soon_as_it_is_defined(
    connection: Connection, sandbox: Instance
) -> None:
    names = {"kind": "Kiln", "plural": "kilns", "singular": "kiln"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "kilns.example.com"},
        "spec": {"group": "example.com", "scope": "Cluster", "names": names, "versions": [version]},
    }
    sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(crd))
    try:
        sandbox.kubectl("wait", "--for=condition=Established", "crd/kilns.example.com")
        fresh = Clusters(sandbox.kubeconfig)
        resource = await (await fresh.connect()).resource("Kiln")
        await fresh.aclose()
        assert str(resource.ref(None, "k")) == "Kiln.example.com/k"
    finally:
        sandbox.kubectl("delete", "crd", "kilns.example.com")


async def test_a_snapshot_tells_what_is_not_there_from_what_is_empty(
    connection: Connection,
) -> None:
    snapshot = await read_snapshot(connection, ["Node", "Machine"])
    assert snapshot.was_read("Node")
    assert not snapshot.was_read("Machine")
    assert [gap.what for gap in snapshot.coverage.gaps] == ["Machine"]


async def test_a_namespace_is_asked_about_alone(connection: Connection) -> None:
    snapshot = await read_snapshot(connection, ["Namespace", "Node"], "kube-system")
    assert [name_of(one) for one in snapshot.of_kind("Namespace")] == ["kube-system"]
    assert snapshot.of_kind("Node")


@pytest.mark.parametrize("name", ["--server=http://evil", "a/b", "..", "a%2Fb", ""])
async def test_a_name_that_is_no_path_segment_never_reaches_the_server(
    connection: Connection, name: str
) -> None:
    pods = await connection.resource("Pod")
    with pytest.raises(InvalidInputError):
        await connection.get(pods, name, "default")


async def test_an_unknown_context_names_those_there_are(sandbox: Instance) -> None:
    with pytest.raises(NotFoundError) as caught:
        await Clusters(sandbox.kubeconfig).connect("elsewhere")
    assert sandbox.context in caught.value.hint


async def test_a_workload_cluster_of_no_management_cluster_is_told_so(sandbox: Instance) -> None:
    clusters = Clusters(sandbox.kubeconfig)
    with pytest.raises(NotServedError, match="no management cluster") as caught:
        await clusters.connect("capi:default/edge")
    assert "capi:context/namespace/name" in caught.value.hint
    await clusters.aclose()


async def test_a_service_account_without_rights_is_told_what_it_may_not_do(
    sandbox: Instance, tmp_path: Path
) -> None:
    token = sandbox.kubectl("create", "token", "default", "-n", "default").strip()
    clusters = Clusters(edited(sandbox, tmp_path, user={"token": token}))
    connection = await clusters.connect()
    with pytest.raises(ForbiddenError, match="system:serviceaccount:default:default"):
        await connection.list(await connection.resource("Pod"))
    snapshot = await read_snapshot(connection, ["Pod", "Node"])
    assert {gap.what for gap in snapshot.coverage.gaps} == {"Pod", "Node"}
    await clusters.aclose()


@pytest.fixture
def in_cluster(sandbox: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this process look like a container of a pod; return the file of its token.

    The API server, its certificate and the token are real; only where they lie is not.
    """
    config = json.loads(sandbox.kubectl("config", "view", "--raw", "-o", "json"))
    cluster: dict[str, str] = config["clusters"][0]["cluster"]
    server = urlsplit(cluster["server"])
    (tmp_path / "ca.crt").write_bytes(b64decode(cluster["certificate-authority-data"]))
    token = tmp_path / "token"
    token.write_text(sandbox.kubectl("create", "token", "default", "-n", "default").strip())
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(server.hostname))
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    monkeypatch.setattr(credentials, "_SERVICE_ACCOUNT", token)
    return token


async def test_in_a_pod_we_are_its_service_account(in_cluster: Path) -> None:
    clusters = Clusters()
    connection = await clusters.connect()
    assert connection.cluster == "in-cluster"
    with pytest.raises(ForbiddenError, match="system:serviceaccount:default:default"):
        await connection.list(await connection.resource("Pod"))
    await clusters.aclose()


async def test_a_pod_without_a_token_is_told_what_to_mount(
    in_cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    with pytest.raises(UnauthenticatedError) as caught:
        await Clusters().connect()
    assert "automountServiceAccountToken" in caught.value.hint


async def test_a_kubeconfig_goes_before_the_service_account(
    in_cluster: Path, sandbox: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(sandbox.kubeconfig))
    clusters = Clusters()
    assert (await clusters.connect()).cluster == sandbox.context
    await clusters.aclose()


async def test_a_refused_token_asks_to_log_in(sandbox: Instance, tmp_path: Path) -> None:
    error = await failure(edited(sandbox, tmp_path, user={"token": "stale"}))
    assert isinstance(error, UnauthenticatedError)
    assert "log in" in error.hint


async def test_a_failing_exec_plugin_is_an_authentication_error(
    sandbox: Instance, tmp_path: Path
) -> None:
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "false",
        "interactiveMode": "Never",
    }
    error = await failure(edited(sandbox, tmp_path, user={"exec": plugin}))
    assert isinstance(error, UnauthenticatedError)


async def test_a_server_that_is_down_is_unreachable(sandbox: Instance, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = await failure(edited(sandbox, tmp_path, server=f"https://127.0.0.1:{port}"))
    assert isinstance(error, UnreachableError)
    assert str(port) in str(error)


def distrusting(sandbox: Instance, place: Path) -> Path:
    """Return a kubeconfig that trusts another authority than the sandbox's."""
    content = json.loads(sandbox.kubeconfig.read_text(encoding="utf-8"))
    other = Authority(place / "other", "other").pair.certificate
    cluster = content["clusters"][0]["cluster"]
    del cluster["certificate-authority-data"]
    cluster["certificate-authority"] = str(other)
    path = place / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


async def test_a_server_that_we_do_not_trust_gets_no_credential(
    sandbox: Instance, tmp_path: Path
) -> None:
    assert isinstance(await failure(distrusting(sandbox, tmp_path)), UnauthenticatedError)


def left(place: Path) -> list[str]:
    return [one.name for one in place.iterdir()]


async def test_nothing_of_an_inline_key_stays_on_the_disk(
    sandbox: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    clusters = Clusters(sandbox.kubeconfig)
    await clusters.connect()
    await clusters.aclose()
    assert not left(tmp_path)


async def test_the_audit_log_knows_us_by_name(connection: Connection, sandbox: Instance) -> None:
    await connection.list(await connection.resource("ResourceQuota"))
    events = sandbox.audit_log.read_text(encoding="utf-8").splitlines()
    agents = {json.loads(e).get("userAgent", "") for e in events if "resourcequotas" in e}
    assert any(agent.startswith("clusterwright/") for agent in agents)


async def test_managed_fields_are_listed_for_who_asks_for_them(connection: Connection) -> None:
    resource = await connection.resource("ConfigMap")
    plain = await connection.list(resource, "kube-system")
    managed = await connection.list(resource, "kube-system", managed=True)
    assert [name_of(one) for one in plain] == [name_of(one) for one in managed]
    assert not any("managedFields" in one["metadata"] for one in plain)
    assert all("managedFields" in one["metadata"] for one in managed)
    assert ("v1", "ConfigMap") in (await connection.versions("") or ())
