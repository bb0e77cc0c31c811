"""A client that takes a call back: the requests to the API server end with it."""

from pathlib import Path

import pytest

from clusterwright.tools.manifest import Manifest
from tests.servers.pipe import LEGACY, MODERN, Pipe
from tests.servers.slow_api import SlowApi, slow_api

META: Manifest = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def begin(pipe: Pipe, era: str) -> int:
    """Send a call that the API server never answers; return its id."""
    arguments = {"kind": "Pod", "name": "a", "namespace": "b"}
    params = {"name": "k8s_get", "arguments": arguments}
    return pipe.send("tools/call", params | ({"_meta": META} if era == MODERN else {}))


def cancel(pipe: Pipe, api: SlowApi, era: str) -> None:
    call = begin(pipe, era)
    api.until(waiting=1)
    pipe.send("notifications/cancelled", {"requestId": call}, reply=False)
    api.until(waiting=0)


@pytest.mark.parametrize("era", [LEGACY, MODERN])
def test_a_cancelled_call_ends_its_request_and_the_server_goes_on(tmp_path: Path, era: str) -> None:
    with slow_api(tmp_path) as api, Pipe("--kubeconfig", api.kubeconfig) as pipe:
        if era == LEGACY:
            pipe.initialize()
        cancel(pipe, api, era)
        cancel(pipe, api, era)
        asked = pipe.ask("tools/list") if era == LEGACY else pipe.ask_modern("tools/list")
        assert asked["result"]["tools"]


def test_a_call_that_shares_a_read_with_another_leaves_it_alone(tmp_path: Path) -> None:
    with slow_api(tmp_path) as api, Pipe("--kubeconfig", api.kubeconfig) as pipe:
        pipe.initialize()
        first, second = begin(pipe, LEGACY), begin(pipe, LEGACY)
        api.until(waiting=1)
        pipe.send("notifications/cancelled", {"requestId": first}, reply=False)
        pipe.ask("ping")
        api.until(waiting=1)
        pipe.send("notifications/cancelled", {"requestId": second}, reply=False)
        api.until(waiting=0)


def test_a_client_that_leaves_takes_its_calls_along(tmp_path: Path) -> None:
    with slow_api(tmp_path) as api, Pipe("--kubeconfig", api.kubeconfig) as pipe:
        pipe.initialize()
        begin(pipe, LEGACY)
        api.until(waiting=1)
        assert pipe.close() == 0
        api.until(waiting=0)
