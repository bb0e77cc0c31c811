"""Where a kubeconfig says a cluster is: through a real SOCKS proxy, or nowhere at all."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import ByteReceiveStream, ByteSendStream, SocketAttribute, SocketStream

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError, UnreachableError
from clusterwright.tools.kubernetes.client.clusters import Clusters

pytestmark = pytest.mark.anyio

_DOMAIN, _IPV4 = 3, 1
_GRANTED = b"\x05\x00\x00\x01" + bytes(6)


class Socks:
    """A proxy as RFC 1928 has it: no login, CONNECT only."""

    port = 0

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def serve(self, client: SocketStream) -> None:
        async with client:
            _, methods = await _exactly(client, 2)
            await _exactly(client, methods)
            await client.send(b"\x05\x00")
            *_, kind = await _exactly(client, 4)
            if kind == _DOMAIN:
                (length,) = await _exactly(client, 1)
                host = (await _exactly(client, length)).decode()
            else:
                assert kind == _IPV4
                host = socket.inet_ntoa(await _exactly(client, 4))
            port = int.from_bytes(await _exactly(client, 2), "big")
            self.asked.append((host, port))
            async with await anyio.connect_tcp(host, port) as server:
                await client.send(_GRANTED)
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(_copy, client, server)
                    await _copy(server, client)
                    tasks.cancel_scope.cancel()


async def _exactly(stream: SocketStream, count: int) -> bytes:
    found = b""
    while len(found) < count:
        found += await stream.receive(count - len(found))
    return found


async def _copy(source: ByteReceiveStream, target: ByteSendStream) -> None:
    try:
        async for chunk in source:
            await target.send(chunk)
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        return


@pytest.fixture
async def socks() -> AsyncIterator[Socks]:
    proxy = Socks()
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        (one,) = listener.listeners
        proxy.port = one.extra(SocketAttribute.local_port)  # noqa: S610 - not Django's
        tasks.start_soon(listener.serve, proxy.serve)
        yield proxy
        tasks.cancel_scope.cancel()


def of_sandbox(sandbox: Instance, place: Path, proxy: str) -> Path:
    content: dict[str, Any] = json.loads(sandbox.kubeconfig.read_text(encoding="utf-8"))
    content["clusters"][0]["cluster"]["proxy-url"] = proxy
    path = place / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_cluster_behind_a_socks_proxy_is_read_through_it(
    sandbox: Instance, socks: Socks, tmp_path: Path, scheme: str
) -> None:
    clusters = Clusters(of_sandbox(sandbox, tmp_path, f"{scheme}://127.0.0.1:{socks.port}"))
    connection = await clusters.connect()
    assert await connection.list(await connection.resource("Node"))
    await clusters.aclose()
    assert {port for _, port in socks.asked} == {sandbox.record.api_port}


async def test_a_proxy_that_is_down_is_named_without_its_password(
    sandbox: Instance, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{taken.getsockname()[1]}"
        clusters = Clusters(of_sandbox(sandbox, tmp_path, f"http://me:hunter2@{proxy}"))
        with pytest.raises(UnreachableError, match=f"through http://{proxy}") as caught:
            await (await clusters.connect()).resource("Pod")
    assert "hunter2" not in str(caught.value)
    await clusters.aclose()


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"server": "http://127.0.0.1:99999"}, "no port 99999"),
        ({"server": "api.example:6443"}, "no address of https or http"),
        ({"server": ""}, "no address of https or http"),
        ({"server": "https://api.example", "proxy-url": "ftp://x"}, "socks5"),
        ({"server": "https://api.example", "proxy-url": "x:3128"}, "'x:3128' is no address"),
    ],
)
async def test_an_address_that_no_request_can_go_to_is_explained(
    tmp_path: Path, cluster: dict[str, str], said: str
) -> None:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": cluster}],
        "users": [{"name": "a", "user": {"token": "x"}}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=said) as caught:
        await Clusters(path).connect()
    assert "https://host:6443" in caught.value.hint


async def test_a_file_nested_beyond_reason_is_no_kubeconfig(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text("[" * 5_000, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no kubeconfig"):
        await Clusters(path).connect()
