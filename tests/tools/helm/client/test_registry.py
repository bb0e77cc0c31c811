"""The tags of a chart, asked of a real registry and of ones that want to know who asks."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clusterwright.tools.errors import NotFoundError, UnauthenticatedError, UnreachableError
from clusterwright.tools.helm.client.http import Access
from clusterwright.tools.helm.client.registry import tags
from tests.tools.helm.client.test_program import write_program

pytestmark = pytest.mark.anyio
PLAIN = Access(plain=True)
BASIC = f"Basic {base64.b64encode(b'me:word').decode()}"
Answers = Callable[[str, str | None], tuple[int, dict[str, str], object]]
"""By path and Authorization: status, headers, and what is JSON of the body."""


class Registry:
    """What answers as a registry does, in a way that a test chose."""

    def __init__(self) -> None:
        self.answers: Answers = lambda _path, _login: (404, {}, {})
        self.asked: list[tuple[str, str | None]] = []
        self.host = ""

    @property
    def chart(self) -> str:
        return f"oci://{self.host}/charts/web"


@pytest.fixture
def registry() -> Iterator[Registry]:
    state = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login = self.headers.get("Authorization")
            state.asked.append((self.path, login))
            status, headers, body = state.answers(self.path, login)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.host = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], object]:
    """Return what writes the file of helm registry login; there is none at first."""
    path = tmp_path / "config.json"
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    return lambda content: path.write_text(json.dumps(content))


LogIn = Callable[[object], object]


def with_token(path: str, login: str | None, host: str) -> tuple[int, dict[str, str], object]:
    """Answer as Docker Hub and most others do: with a challenge, then a token of another place."""
    if path.startswith("/token"):
        return 200, {}, {"token": "t0k" if login in {None, BASIC} else ""}
    if login != "Bearer t0k":
        said = f'Bearer realm="http://{host}/token",service="r",scope="repository:charts/web:pull"'
        return 401, {"WWW-Authenticate": said}, {}
    return 200, {}, {"name": "charts/web", "tags": ["1.0.0", "1.1.0"]}


@pytest.mark.usefixtures("login")
async def test_anybody_may_have_a_token_where_charts_are_public(registry: Registry) -> None:
    registry.answers = lambda path, login: with_token(path, login, registry.host)
    assert await tags(registry.chart, PLAIN) == ("1.0.0", "1.1.0")
    assert registry.asked == [
        ("/v2/charts/web/tags/list?n=1000", None),
        ("/token?service=r&scope=repository%3Acharts%2Fweb%3Apull", None),
        ("/v2/charts/web/tags/list?n=1000", "Bearer t0k"),
    ]


async def test_the_login_goes_where_the_token_comes_from(registry: Registry, login: LogIn) -> None:
    login({"auths": {registry.host: {"auth": BASIC.removeprefix("Basic ")}}})
    registry.answers = lambda path, login: with_token(path, login, registry.host)
    assert await tags(registry.chart, PLAIN) == ("1.0.0", "1.1.0")
    assert [said for _, said in registry.asked] == [None, BASIC, "Bearer t0k"]


def with_password(_path: str, login: str | None) -> tuple[int, dict[str, str], object]:
    if login != BASIC:
        return 401, {"WWW-Authenticate": 'Basic realm="charts"'}, {}
    return 200, {}, {"tags": ["1.0.0"]}


async def test_a_registry_may_want_the_password_itself(registry: Registry, login: LogIn) -> None:
    registry.answers = with_password
    with pytest.raises(UnauthenticatedError, match="wants a login") as error:
        await tags(registry.chart, PLAIN)
    assert error.value.hint == f"helm registry login {registry.host}"
    login({"auths": {registry.host: {"auth": BASIC.removeprefix("Basic ")}}})
    assert await tags(registry.chart, PLAIN) == ("1.0.0",)


async def test_a_login_of_docker_will_do(registry: Registry, login: LogIn, tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    kept = {"auths": {registry.host: {"auth": BASIC.removeprefix("Basic ")}}}
    (tmp_path / "docker" / "config.json").write_text(json.dumps(kept))
    registry.answers = with_password
    assert await tags(registry.chart, PLAIN) == ("1.0.0",)


async def test_a_program_that_keeps_logins_is_asked(
    registry: Registry, login: LogIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.answers = with_password
    login({"credsStore": "shop"})
    with pytest.raises(UnauthenticatedError, match="docker-credential-shop, which is not there"):
        await tags(registry.chart, PLAIN)
    script = 'read host; echo "{\\"Username\\": \\"me\\", \\"Secret\\": \\"word\\"}"'
    write_program(tmp_path / "bin" / "docker-credential-shop", script)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    assert await tags(registry.chart, PLAIN) == ("1.0.0",)
    write_program(tmp_path / "bin" / "docker-credential-shop", "echo credentials not found; exit 1")
    with pytest.raises(UnauthenticatedError, match="wants a login"):
        await tags(registry.chart, PLAIN)


async def test_tags_on_several_pages_are_all_told(registry: Registry) -> None:
    def pages(path: str, _: str | None) -> tuple[int, dict[str, str], object]:
        if "last=" in path:
            return 200, {}, {"tags": ["2", "1"]}
        return 200, {"Link": '</v2/charts/web/tags/list?last=1>; rel="next"'}, {"tags": ["1"]}

    registry.answers = pages
    assert await tags(registry.chart, PLAIN) == ("1", "2")


async def test_pages_that_never_end_or_lead_elsewhere_are_left(registry: Registry) -> None:
    registry.answers = lambda _path, _login: (
        200,
        {"Link": '<?again>; rel="next"'},
        {"tags": ["1"]},
    )
    assert await tags(registry.chart, PLAIN) == ("1",)
    assert len(registry.asked) == 20
    registry.answers = lambda _path, _login: (
        200,
        {"Link": '<http://evil/x>; rel="next"'},
        {"tags": ["1"]},
    )
    assert await tags(registry.chart, PLAIN) == ("1",)


@pytest.mark.parametrize("body", [[], {"tags": None}, {"tags": [None, 3]}, {}])
async def test_an_odd_answer_has_no_tags(registry: Registry, body: object) -> None:
    registry.answers = lambda _path, _login: (200, {}, body)
    assert await tags(registry.chart, PLAIN) == ()


async def test_what_is_no_registry_is_told(registry: Registry) -> None:
    registry.answers = lambda _path, _login: (200, {}, b"<html>")
    with pytest.raises(UnreachableError, match="does not answer as a registry does"):
        await tags(registry.chart, PLAIN)


async def test_a_token_of_no_place_is_told(registry: Registry, login: LogIn) -> None:
    login({})
    challenge = {"WWW-Authenticate": 'Bearer realm="file:///etc/passwd"'}
    registry.answers = lambda _path, _login: (401, challenge, {})
    with pytest.raises(UnreachableError, match="names no place to get a token from"):
        await tags(registry.chart, PLAIN)


async def test_a_chart_that_is_not_there_is_told(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match="has no such file: /v2/charts/web/tags/list"):
        await tags(registry.chart, PLAIN)


async def test_without_leave_nothing_goes_over_plain_http(registry: Registry) -> None:
    with pytest.raises(UnreachableError):
        await tags(registry.chart, Access())
    assert registry.asked == []
