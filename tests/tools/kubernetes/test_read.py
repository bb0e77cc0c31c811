"""The evidence that analyzers ask for afterwards: bounded, and honest about what is left out."""

import httpx
import pytest

from clusterwright.tools.analyzer import LogRequest, ReadRequest
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.client.server import connect, status

pytestmark = pytest.mark.anyio

LOGS = [LogRequest(Ref("Pod", f"cart-{i}", "shop"), "app") for i in range(3)]


async def test_what_has_no_room_is_counted() -> None:
    connection = connect(lambda _: httpx.Response(200, text="ready\nset\n"))
    found = await fulfil(connection, LOGS, most=2)
    assert found.logs == {LOGS[0]: ("ready", "set"), LOGS[1]: ("ready", "set")}
    assert found.left_out == 1


async def test_what_takes_too_long_is_counted() -> None:
    connection = connect(lambda _: httpx.Response(200, text="late"))
    found = await fulfil(connection, LOGS, seconds=0)
    assert (found.logs, found.left_out) == ({}, 3)


async def test_a_refusal_is_an_answer_and_not_left_out() -> None:
    connection = connect(lambda _: status(403, "may not"))
    found = await fulfil(connection, LOGS)
    assert (found.logs, found.left_out) == ({}, 0)


async def test_what_does_not_exist_is_told_from_what_could_not_be_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        gone = request.url.path.endswith("/gone")
        return status(404, "not found") if gone else status(403, "may not")

    gone, hidden = (ReadRequest(Ref("Pod", name, "shop")) for name in ("gone", "hidden"))
    found = await fulfil(connect(answer), [gone, hidden])
    assert found.objects == {gone: None}


async def test_a_run_whose_log_is_gone_is_told_by_the_other_one() -> None:
    gone = "unable to retrieve container logs for containerd://0123"

    def answer(request: httpx.Request) -> httpx.Response:
        before = request.url.params.get("previous") == "true"
        return httpx.Response(200, text=gone if before else "FATAL: no PORT\n")

    request = LogRequest(Ref("Pod", "cart-1", "shop"), "app", previous=True)
    assert (await fulfil(connect(answer), [request])).logs == {request: ("FATAL: no PORT",)}
    lost = connect(lambda _: httpx.Response(200, text=gone))
    assert (await fulfil(lost, [request])).logs == {request: ()}


@pytest.mark.parametrize("whole", [False, True])
async def test_a_namespace_is_advised_where_one_is_of_use(*, whole: bool) -> None:
    refused = 'pods is forbidden: User "dev" cannot list resource "pods" in API group ""'

    def answer(request: httpx.Request) -> httpx.Response:
        if "pods" in request.url.path:
            return status(403, f"{refused} at the cluster scope")
        return httpx.Response(200, json={"gitVersion": "v1.36.0"})

    snapshot = await read_snapshot(connect(answer), ["Pod"], whole=whole)
    (gap,) = snapshot.coverage.gaps
    advice = "" if whole else "; ask for one namespace that it may read"
    assert gap.reason == f"forbidden: dev may not list it at the cluster scope{advice}"
