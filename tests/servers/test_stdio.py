"""The Kubernetes server over a real pipe: both eras, a probe before a handshake, and rubbish."""

import json

import pytest

from tests.servers.pipe import LEGACY, MODERN, Pipe


def test_a_client_of_2025_11_25_shakes_hands_and_lists_tools() -> None:
    with Pipe() as pipe:
        hello = pipe.initialize()["result"]
        assert hello["protocolVersion"] == LEGACY
        assert hello["serverInfo"]["name"] == "clusterwright-kubernetes"
        assert len(pipe.ask("tools/list")["result"]["tools"]) == 7


def test_a_client_of_2026_07_28_needs_no_handshake() -> None:
    with Pipe() as pipe:
        assert len(pipe.ask_modern("tools/list")["result"]["tools"]) == 7
        assert MODERN in pipe.ask_modern("server/discover")["result"]["supportedVersions"]


def test_a_probe_leaves_the_choice_of_the_era_open() -> None:
    with Pipe() as pipe:
        assert MODERN in pipe.ask_modern("server/discover")["result"]["supportedVersions"]
        assert pipe.initialize()["result"]["protocolVersion"] == LEGACY
        assert len(pipe.ask("tools/list")["result"]["tools"]) == 7
    with Pipe() as pipe:
        assert "result" in pipe.ask_modern("server/discover")
        assert "result" in pipe.ask_modern("server/discover")
        assert len(pipe.ask_modern("tools/list")["result"]["tools"]) == 7


def test_a_client_that_does_not_wait_for_the_probe_is_served() -> None:
    with Pipe() as pipe:
        probe = pipe.send("server/discover")
        params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t"}}
        hello = pipe.send("initialize", {**params, "clientInfo": {"name": "t", "version": "1"}})
        answered = {message["id"]: message for message in (pipe.read(), pipe.read())}
        assert answered[hello]["result"]["protocolVersion"] == LEGACY
        assert probe in answered


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"",
        b"[]",
        b"null",
        b'"text"',
        b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
        b'{"id":{}}',
        b"\xff\xfe",
        b"[" * 5_000,
        b'{"jsonrpc":"2.0","method":"' + b"x" * 2_000_000 + b'"}',
        b'{"jsonrpc":"2.0","id":9,"result":{}}',
    ],
    ids=lambda line: line[:20].decode("ascii", "replace"),
)
def test_a_line_that_is_no_request_does_no_harm(line: bytes) -> None:
    with Pipe() as pipe:
        pipe.initialize()
        pipe.write(line)
        assert len(pipe.ask("tools/list")["result"]["tools"]) == 7
        assert pipe.close() == 0


def test_rubbish_before_the_handshake_does_no_harm() -> None:
    with Pipe() as pipe:
        pipe.write(b"GET / HTTP/1.1")
        assert pipe.initialize()["result"]["protocolVersion"] == LEGACY


def test_unknown_methods_and_tools_are_errors_and_no_end() -> None:
    with Pipe() as pipe:
        pipe.initialize()
        assert pipe.ask("no/such")["error"]["code"] == -32601
        answered = pipe.ask("tools/call", {"name": "k8s_destroy", "arguments": {}})
        assert "k8s_destroy" in json.dumps(answered)
        assert "result" in pipe.ask("tools/list")


def test_the_end_of_input_ends_the_server_without_a_word() -> None:
    with Pipe() as pipe:
        pipe.initialize()
        assert pipe.close() == 0
        assert pipe.errors == ""
    with Pipe() as pipe:
        assert pipe.close() == 0
        assert pipe.errors == ""


def test_an_option_that_does_not_exist_is_said_on_standard_error() -> None:
    with Pipe("--kubconfig", "x") as pipe:
        assert pipe.close() == 2
        assert "--kubconfig" in pipe.errors
