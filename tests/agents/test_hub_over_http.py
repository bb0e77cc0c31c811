"""The hub and a real MCP server over streamable HTTP on loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import anyio
import pytest

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.hub import connect
from clusterwright.agents.server_spec import parse_server
from tests.cli.diagnosed import SERVER


@pytest.fixture
def url() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, str(SERVER), "broken", str(port)], stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 30
        while not listens(port):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not listen"
        yield f"http://127.0.0.1:{port}/mcp"
        process.terminate()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_over_http_is_asked_like_any_other(url: str) -> None:
    async def run() -> Diagnosis:
        async with connect({"remote": parse_server(url)}) as hub:
            return await diagnose(hub, cluster="prod")

    (root,) = anyio.run(run).root_causes
    assert str(root.subject) == "Deployment/shop/cart"
