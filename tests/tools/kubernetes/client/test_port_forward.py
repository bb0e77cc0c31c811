"""What is asked again where a tunnel turns out to be dead, and what is not."""

import httpx
import pytest
from wsproto.events import BytesMessage

from clusterwright.tools.errors import ForbiddenError
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.client.server import discovery, simulated_credentials, status
from tests.tools.kubernetes.client.test_channels import BEGIN, PORT, frames
from tests.tools.kubernetes.client.test_tunnel import Wire, switched

pytestmark = pytest.mark.anyio

YES = frames(*BEGIN, BytesMessage(b"\0HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"))
AGAIN = frames(BytesMessage(b"\0HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain"))
_URL = "http://prometheus.monitoring.svc:80/api"


class Silent(Wire):
    """A connection that does not show that its other end is gone."""

    def get_extra_info(self, info: str) -> bool:
        return False


def _kind(kind: str, plural: str) -> Manifest:
    named = {"group": "", "version": "v1", "kind": kind}
    return {"resource": plural, "responseKind": named, "scope": "Namespaced", "verbs": ["list"]}


def _group(name: str, kind: str, plural: str) -> Manifest:
    version = {"version": "v1", "resources": [_kind(kind, plural)]}
    return {"metadata": {"name": name}, "versions": [version]}


_SERVICE = {"metadata": {"name": "prometheus"}, "spec": {"ports": [{"port": 80}]}}
_SLICE = {
    "ports": [{"port": PORT}],
    "endpoints": [{"targetRef": {"kind": "Pod", "name": name}} for name in ("p-0", "p-1")],
}
_GET: dict[str, httpx.Response] = {
    "/api": discovery(_group("", "Service", "services")),
    "/apis": discovery(_group("discovery.k8s.io", "EndpointSlice", "endpointslices")),
    "/api/v1/namespaces/monitoring/services": httpx.Response(200, json={"items": [_SERVICE]}),
    "/apis/discovery.k8s.io/v1/namespaces/monitoring/endpointslices": httpx.Response(
        200, json={"items": [_SLICE]}
    ),
}


class Cluster:
    """Answers to port-forwards, in order, and what was asked for."""

    def __init__(self, *answers: Wire | httpx.Response) -> None:
        self._answers = list(answers)
        self.pods: list[str] = []
        http = Http(simulated_credentials(), transport=httpx.MockTransport(self._answer))
        tunnels = Connection("simulated", http).forwarded("monitoring", "prometheus", 80)
        self.client = httpx.AsyncClient(transport=tunnels)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if known := _GET.get(request.url.path):
            return httpx.Response(known.status_code, content=known.content)
        self.pods.append(request.url.path.split("/")[-2])
        found = self._answers.pop(0)
        return found if isinstance(found, httpx.Response) else switched(request, found)


async def test_a_tunnel_is_used_again() -> None:
    cluster = Cluster(Silent([YES, AGAIN]))
    answers = [(await cluster.client.get(_URL)).text for _ in range(2)]
    assert (answers, cluster.pods) == (["yes", "again"], ["p-0"])
    await cluster.client.aclose()


async def test_a_read_is_repeated_where_an_idle_tunnel_was_dead() -> None:
    cluster = Cluster(Silent([YES, b""]), Silent([YES, AGAIN]))
    answers = [(await cluster.client.get(_URL)).text for _ in range(3)]
    assert (answers, cluster.pods) == (["yes", "yes", "again"], ["p-0", "p-0"])
    await cluster.client.aclose()


async def test_what_a_fresh_tunnel_did_not_answer_is_not_asked_again() -> None:
    cluster = Cluster(Silent([frames(*BEGIN), b""]))
    with pytest.raises(httpx.RemoteProtocolError):
        await cluster.client.get(_URL)
    assert cluster.pods == ["p-0"]


async def test_a_write_gets_a_tunnel_of_its_own_and_is_never_repeated() -> None:
    dead = Silent([frames(*BEGIN), b""])
    cluster = Cluster(Silent([YES, AGAIN]), dead)
    await cluster.client.get(_URL)
    with pytest.raises(httpx.RemoteProtocolError):
        await cluster.client.post(_URL, content=b"silence")
    assert cluster.pods == ["p-0", "p-0"]
    sent = b"".join(bytes(one.data) for one in dead.written if isinstance(one, BytesMessage))
    assert sent.count(b"silence") == 1


async def test_where_one_pod_cannot_be_reached_the_next_one_is() -> None:
    cluster = Cluster(httpx.Response(502, text="error dialing backend"), Silent([YES]))
    assert (await cluster.client.get(_URL)).text == "yes"
    assert cluster.pods == ["p-0", "p-1"]
    await cluster.client.aclose()


async def test_who_may_not_forward_ports_of_one_pod_is_not_tried_with_others() -> None:
    cluster = Cluster(status(403, "no"))
    with pytest.raises(ForbiddenError, match="no"):
        await cluster.client.get(_URL)
    assert cluster.pods == ["p-0"]
