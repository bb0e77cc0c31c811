"""What a real API server answers too rarely to wait for it."""

import gzip
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import anyio
import httpx
import pytest

from clusterwright import tools
from clusterwright.tools.errors import (
    ForbiddenError,
    NotFoundError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.manifest import name_of
from tests.tools.kubernetes.client.server import connect, status

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once: how long the pauses are is no subject here."""
    monkeypatch.setattr("clusterwright.tools.kubernetes.client.http._LONGEST_PAUSE", 0.0)


def pods(*names: object, cursor: str = "") -> httpx.Response:
    listed = [{"metadata": {"name": n, "managedFields": "x"}} for n in names]
    return httpx.Response(200, json={"metadata": {"continue": cursor}, "items": listed})


class Chunks(httpx.AsyncByteStream):
    """A body that httpx has not unpacked yet."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 1_000):
            yield self._content[start : start + 1_000]


async def names(connection: Connection) -> list[str]:
    return [name_of(one) for one in await connection.list(await connection.resource("Pod"))]


async def test_an_overloaded_server_is_asked_again() -> None:
    answers = iter([status(429, "slow down", **{"Retry-After": "1"}), status(503, "x"), pods("a")])
    assert await names(connect(lambda _: next(answers))) == ["a"]


async def test_a_server_that_stays_unwell_is_reported_as_unreachable() -> None:
    with pytest.raises(UnreachableError, match="etcd is down"):
        await names(connect(lambda _: status(500, "etcd is down")))


async def test_a_listing_whose_token_expired_starts_again_and_is_whole() -> None:
    answers = iter(
        [pods("a", cursor="1"), status(410, "too old"), pods("a", cursor="2"), pods("b")]
    )
    assert await names(connect(lambda _: next(answers))) == ["a", "b"]


async def test_items_of_a_list_get_their_kind_and_lose_their_managed_fields() -> None:
    connection = connect(lambda _: pods("a"))
    (pod,) = await connection.list(await connection.resource("po"))
    assert pod == {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}}


@pytest.mark.parametrize("body", [{"items": None}, {"items": [None, 3]}])
async def test_an_odd_list_is_an_empty_one(body: dict[str, object]) -> None:
    assert await names(connect(lambda _: httpx.Response(200, json=body))) == []


@pytest.mark.parametrize("body", [{}, {"metadata": None}, {"kind": "PodList"}])
async def test_an_answer_without_a_list_does_not_pass_for_an_empty_one(
    body: dict[str, object],
) -> None:
    with pytest.raises(UnreachableError, match="without a list of pods"):
        await names(connect(lambda _: httpx.Response(200, json=body)))


async def test_a_failure_that_comes_as_a_success_is_one() -> None:
    body = {"kind": "Status", "status": "Failure", "code": 403, "message": "may not"}
    with pytest.raises(ForbiddenError, match="may not"):
        await names(connect(lambda _: httpx.Response(200, json=body)))


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/login"})

    with pytest.raises(UnreachableError, match="redirect") as caught:
        await names(connect(answer))
    assert "login page" in caught.value.hint
    assert set(asked) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "date", ["Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 2026 12:00:00 -0000"]
)
async def test_the_clock_of_the_server_is_read_as_utc(date: str) -> None:
    connection = connect(lambda _: httpx.Response(200, json={"items": []}, headers={"Date": date}))
    await names(connection)
    assert connection.now == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("date", ["soon", "Mon, 99 Nov 2026 12:00:00 GMT"])
async def test_a_clock_that_cannot_be_read_is_ours(date: str) -> None:
    before = datetime.now(UTC)
    connection = connect(lambda _: httpx.Response(200, json={"items": []}, headers={"Date": date}))
    await names(connection)
    assert connection.now >= before


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b'{"message": {"a": 1}}', b"\xff\xfe", b""])
async def test_a_refusal_of_any_shape_is_a_refusal(body: bytes) -> None:
    with pytest.raises(ForbiddenError):
        await names(connect(lambda _: httpx.Response(403, content=body)))


@pytest.mark.parametrize("content", [b"<html>log in</html>", b'{"items": [', b"[]"])
async def test_what_is_no_json_object_is_explained(content: bytes) -> None:
    with pytest.raises(UnreachableError) as caught:
        await names(connect(lambda _: httpx.Response(200, content=content)))
    assert "login page" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("Connection refused"), UnreachableError),
        (httpx.ReadTimeout("timed out"), UnreachableError),
        (httpx.ReadError("connection reset"), UnreachableError),
        (
            httpx.ConnectError("[SSL] tlsv1 alert certificate expired"),
            UnauthenticatedError,
        ),
        (httpx.ConnectError("self-signed certificate in chain"), UnauthenticatedError),
        (ssl.SSLError("tlsv13 alert certificate required"), UnauthenticatedError),
    ],
)
async def test_a_request_without_an_answer_says_what_to_check(
    error: httpx.TransportError | ssl.SSLError, expected: type[Exception]
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(expected) as caught:
        await names(connect(fail))
    assert "simulated" in str(caught.value)


async def test_equal_reads_under_way_are_one_request() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return pods("a")

    connection = connect(answer)
    resource = await connection.resource("Pod")
    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(connection.list, resource)
    assert asked == ["/api/v1/pods"]


async def test_a_missing_namespace_is_not_an_empty_one() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/namespaces/shpo":
            return status(404, "namespaces not found")
        return pods("shop", "kube-system") if request.url.path.endswith("namespaces") else pods()

    connection = connect(answer)
    with pytest.raises(NotFoundError, match="shpo") as caught:
        await connection.list(await connection.resource("Pod"), "shpo")
    assert caught.value.hint == "namespaces: shop"


async def test_a_credential_that_may_not_see_namespaces_gets_the_benefit_of_the_doubt() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return pods() if request.url.path.endswith("pods") else status(403, "forbidden")

    connection = connect(answer)
    assert await connection.list(await connection.resource("Pod"), "shop") == []


async def test_a_refusal_says_who_may_not_do_what() -> None:
    said = 'pods is forbidden: User "bob" cannot list resource "pods"'
    with pytest.raises(ForbiddenError, match="bob"):
        await names(connect(lambda _: status(403, said)))


async def test_the_end_of_a_huge_log_is_kept_in_bounded_memory() -> None:
    read = 0

    def lines() -> Iterator[bytes]:
        nonlocal read
        for i in range(5_000):
            read += 1
            yield f"{i:09}\n".encode() * 1000

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for one in lines():
                yield one

    connection = connect(lambda _: httpx.Response(200, stream=Body()))
    pod = (await connection.resource("Pod")).ref("shop", "cart-1")
    log = await connection.log(pod, "app", limit_bytes=10_000)
    assert read == 5_000
    assert len(log) == 10_000
    assert log.endswith("000004999\n")


async def test_a_log_that_never_ends_is_an_error_not_a_wrong_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clusterwright.tools.kubernetes.client.connection.DEADLINE_SECONDS", 0.1)

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b"still here\n"
                await anyio.sleep(0.01)

    connection = connect(lambda _: httpx.Response(200, stream=Body()))
    pod = (await connection.resource("Pod")).ref("shop", "cart-1")
    with pytest.raises(UnreachableError, match="did not end") as caught:
        await connection.log(pod, "app")
    assert "fewer lines" in caught.value.hint


@pytest.mark.parametrize("code", [200, 403])
async def test_an_answer_that_unpacks_without_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr("clusterwright.tools.kubernetes.client.http.LONGEST_ANSWER", 2**20)
    packed = gzip.compress(bytes(2**24))
    headers = {"Content-Encoding": "gzip"}
    connection = connect(lambda _: httpx.Response(code, stream=Chunks(packed), headers=headers))
    with pytest.raises(UnreachableError, match="longer than 1 MiB"):
        await names(connection)


async def test_an_answer_that_cannot_be_unpacked_is_explained() -> None:
    headers = {"Content-Encoding": "gzip"}
    connection = connect(lambda _: httpx.Response(200, stream=Chunks(b"rubbish"), headers=headers))
    with pytest.raises(UnreachableError, match="cannot be reached"):
        await names(connection)


async def test_a_listing_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterwright.tools.kubernetes.client.connection._PAGES", 3)
    with pytest.raises(UnreachableError, match="more than 1,500 pods"):
        await names(connect(lambda _: pods("a", cursor="again")))


def test_one_file_sends_writes_and_three_ask_for_them() -> None:
    """A write anywhere else would be one without a plan, an approval and a journal."""
    folder = Path(tools.__path__[0]) / "kubernetes"
    sources = {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*.py")}
    assert [name for name, text in sources.items() if "http.send(" in text] == ["client/write.py"]
    asking = {name for name, text in sources.items() if "onnection.write(" in text}
    assert asking == {f"changes/{name}.py" for name in ("carry_out", "record", "trial")}
    assert "dry_run=False" not in sources["changes/trial.py"]
