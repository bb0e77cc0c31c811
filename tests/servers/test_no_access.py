"""Clusters that cannot be read, or only in part: the server says so, and goes on."""

import socket
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json
from tests.servers.kubeconfigs import edited, expired
from tests.servers.pipe import Pipe


def failure(kubeconfig: Path, tool: str = "k8s_find_problems", **arguments: Json) -> str:
    """Return the error of a call, made twice: the first one has not broken the server."""
    with Pipe("--kubeconfig", kubeconfig) as pipe:
        pipe.initialize()
        said = [pipe.call(tool, **arguments) for _ in range(2)]
        assert pipe.close() == 0
        assert "Traceback" not in pipe.errors
    assert [one["isError"] for one in said] == [True, True]
    text: str = said[0]["content"][0]["text"]
    return text


def test_an_api_server_that_is_down(sandbox: Instance, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        said = failure(edited(sandbox, tmp_path, server=f"https://127.0.0.1:{port}"))
    assert said.startswith("[unreachable] ")
    assert str(port) in said


def test_an_expired_certificate(sandbox: Instance, tmp_path: Path) -> None:
    said = failure(expired(sandbox, tmp_path))
    assert said.startswith("[unauthenticated] ")
    assert "log in" in said


def test_a_token_that_is_not_valid(sandbox: Instance, tmp_path: Path) -> None:
    said = failure(edited(sandbox, tmp_path, user={"token": "stale"}))
    assert said.startswith("[unauthenticated] ")
    assert "stale" not in said


@pytest.mark.parametrize("content", ["", "apiVersion: [", "clusters: 3", "\x00"])
def test_a_file_that_is_no_kubeconfig(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content, encoding="utf-8")
    assert str(path) in failure(path)


def test_a_kubeconfig_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    assert str(path) in failure(path)


def test_a_kind_that_is_forbidden(sandbox: Instance, tmp_path: Path) -> None:
    token = sandbox.kubectl("create", "token", "default", "-n", "default").strip()
    kubeconfig = edited(sandbox, tmp_path, user={"token": token})
    said = failure(kubeconfig, "k8s_list", kind="Secret")
    assert said.startswith("[forbidden] ")
    assert "system:serviceaccount:default:default" in said
    assert token not in said


def test_what_may_not_be_read_is_said_and_the_rest_is_checked(
    sandbox: Instance, tmp_path: Path
) -> None:
    token = sandbox.kubectl("create", "token", "default", "-n", "default").strip()
    with Pipe("--kubeconfig", edited(sandbox, tmp_path, user={"token": token})) as pipe:
        pipe.initialize()
        found = pipe.call("k8s_find_problems")
    assert found["isError"] is False
    gaps = found["structuredContent"]["coverage"]["gaps"]
    assert {"Pod", "Node"} <= {one["what"] for one in gaps}
    assert found["content"][0]["text"].startswith("Nothing could be checked")
