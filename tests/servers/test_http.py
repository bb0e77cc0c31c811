"""The Kubernetes server over HTTP, as a process: who is let in, under which names, in both eras."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest

from clusterwright.agents.hub import connect
from clusterwright.agents.remote import Remote
from clusterwright.agents.sign_in import SignIn
from clusterwright.tools.errors import UnreachableError
from clusterwright.tools.manifest import Manifest
from tests.servers.pipe import LEGACY, MODERN
from tests.servers.served import product, served
from tests.servers.slow_api import slow_api

TOKEN = "t" * 32
META: Manifest = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}
LIST: Manifest = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": LEGACY}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(product("kubernetes")) as address:
        yield address


@pytest.fixture(scope="module")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(TOKEN + "\n", encoding="ascii")
    return path


@pytest.fixture(scope="module")
def guarded(token_file: Path) -> Iterator[str]:
    with served(product("kubernetes", "--token-file", token_file)) as address:
        yield address


def asked(url: str, **headers: str) -> httpx2.Response:
    return httpx2.post(url, json=LIST, headers={**HEADERS, **headers})


def refused(*options: str | Path) -> str:
    """Return what the command says when it does not start."""
    command = [*product("kubernetes")[:-2], *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert not done.stdout
    return " ".join(done.stderr.split())


def test_a_client_of_2025_11_25_lists_tools_without_a_session(url: str) -> None:
    answered = asked(url)
    assert answered.status_code == 200
    assert "k8s_find_problems" in answered.text
    assert "mcp-session-id" not in answered.headers


def test_a_client_of_2026_07_28_lists_tools(url: str) -> None:
    headers = {**HEADERS, "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}
    answered = httpx2.post(url, json={**LIST, "params": {"_meta": META}}, headers=headers)
    assert answered.status_code == 200
    assert len(answered.json()["result"]["tools"]) == 7


def test_a_web_page_cannot_reach_the_server_under_a_name_of_its_own(url: str) -> None:
    assert asked(url, Host="evil.example").status_code == 421
    assert asked(url, Host="localhost.evil.example:80").status_code == 421
    assert asked(url, Origin="https://evil.example").status_code == 403
    assert asked(url, Origin="http://localhost:6274").status_code == 200


def test_anyone_may_ask_whether_it_lives_and_learns_nothing_else(url: str, guarded: str) -> None:
    for server in (url, guarded):
        answered = httpx2.get(server.replace("/mcp", "/healthz"), headers={"Host": "10.0.0.7:8080"})
        assert (answered.status_code, answered.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "carried",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
    ],
)
def test_without_the_token_nothing_is_told(guarded: str, carried: dict[str, str]) -> None:
    answered = asked(guarded, **carried)
    assert answered.status_code == 401
    assert answered.headers["www-authenticate"] == "Bearer"
    assert "k8s" not in answered.text
    assert TOKEN not in answered.text


def test_the_hub_is_let_in_with_the_token_and_only_with_it(guarded: str) -> None:
    async def tools(remote: Remote) -> int:
        async with connect({"it": remote}) as hub:
            return len(await hub.tools("it"))

    assert anyio.run(tools, Remote(guarded, TOKEN)) == 7
    with pytest.raises(UnreachableError):
        anyio.run(tools, Remote(guarded))
    with pytest.raises(UnreachableError):
        anyio.run(tools, Remote(guarded, "wrong"))


def test_who_lacks_a_token_is_told_how_to_give_one(guarded: str, tmp_path: Path) -> None:
    async def nobody(page: str) -> None:
        raise AssertionError(page)

    async def tools() -> None:
        sign_in = SignIn(nobody, tmp_path)
        async with connect({"it": Remote(guarded, sign_in=sign_in)}) as hub:
            await hub.tools("it")

    with pytest.raises(UnreachableError, match="--token-file FILE"):
        anyio.run(tools)


def test_what_would_be_open_to_others_does_not_start(token_file: Path, tmp_path: Path) -> None:
    assert "no token is asked for" in refused("--http", "0.0.0.0:0")
    assert "no token is asked for" in refused("--http", "[::]:0")
    said = refused("--http", "0.0.0.0:0", "--token-file", token_file)
    assert "--allowed-host NAME" in said
    assert TOKEN not in said
    short = tmp_path / "short"
    short.write_text("hunter2", encoding="ascii")
    said = refused("--http", "0", "--token-file", short)
    assert "7 characters" in said
    assert "hunter2" not in said


def test_an_address_that_cannot_be_is_explained(url: str, tmp_path: Path) -> None:
    assert "no address to listen on" in refused("--http", "127.0.0.1:99999")
    assert "neither an IP address nor localhost" in refused("--http", "example.com:80")
    port = urlsplit(url).port
    assert f"cannot listen on 127.0.0.1:{port}" in refused("--http", str(port))
    assert "cannot be read" in refused("--http", "0", "--token-file", tmp_path / "none")
    assert "are for --http" in refused("--allowed-host", "x")


@pytest.mark.parametrize("era", [LEGACY, MODERN])
def test_a_client_that_leaves_takes_its_work_along(tmp_path: Path, era: str) -> None:
    arguments = {"kind": "Pod", "name": "a", "namespace": "b"}
    params: Manifest = {"name": "k8s_get", "arguments": arguments, "_meta": META}
    call: Manifest = {**LIST, "method": "tools/call", "params": params}
    headers = {**HEADERS, "MCP-Protocol-Version": era}
    if era == MODERN:
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "k8s_get"}
    with (
        slow_api(tmp_path) as api,
        served(product("kubernetes", "--kubeconfig", api.kubeconfig)) as url,
    ):

        async def ask() -> None:
            async with httpx2.AsyncClient(timeout=60) as client:
                await client.post(url, json=call, headers=headers)

        async def leave() -> None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask)
                await anyio.to_thread.run_sync(api.until, 1)
                tasks.cancel_scope.cancel()

        anyio.run(leave)
        api.until(0)
