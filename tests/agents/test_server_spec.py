"""What `--server` accepts."""

from pathlib import Path

import pytest
from mcp import StdioServerParameters

from clusterwright.agents.remote import Remote
from clusterwright.agents.server_spec import name_server, parse_server
from clusterwright.tools.errors import InvalidInputError, RefusedError


def started(spec: str) -> StdioServerParameters:
    parsed = parse_server(spec)
    assert isinstance(parsed, StdioServerParameters)
    return parsed


def test_a_url_is_a_remote_server() -> None:
    assert parse_server("https://host/mcp") == Remote("https://host/mcp")


def test_a_token_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "to ken"
    path.write_text("s3cret\n", encoding="ascii")
    remote = parse_server(f"https://host/mcp --token-file '{path}'")
    assert remote == Remote("https://host/mcp", "s3cret")
    assert "s3cret" not in repr(remote)


def test_a_token_does_not_cross_the_network_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("s3cret", encoding="ascii")
    with pytest.raises(RefusedError, match="unencrypted"):
        parse_server(f"http://host/mcp --token-file {path}")
    parse_server(f"http://localhost:8080/mcp --token-file {path}")


@pytest.mark.parametrize("options", ["--token-file", "--token x", "--token-file /nowhere"])
def test_what_else_follows_a_url_is_refused(options: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_server(f"https://host/mcp {options}")


def test_a_command_line_is_split_as_a_shell_would() -> None:
    parsed = started("npx server --name 'my cluster'")
    assert (parsed.command, parsed.args) == ("npx", ["server", "--name", "my cluster"])


def test_a_started_server_gets_the_kubeconfig_and_no_other_secret_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/user/config")
    monkeypatch.setenv("SECRET_TOKEN", "x")
    env = started("server").env or {}
    assert env["KUBECONFIG"] == "/home/user/config"
    assert "PATH" in env
    assert "SECRET_TOKEN" not in env


@pytest.mark.parametrize("spec", ["", "   ", "ftp://host/mcp", "'unclosed"])
def test_what_is_neither_a_url_nor_a_command_is_refused(spec: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_server(spec)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("https://user:secret@host:8080/mcp?x=1", "host:8080"),
        ("http://host", "host"),
        ("https://host/mcp --token-file /a/b", "host"),
        ("/usr/bin/clusterwright-kubernetes --x", "clusterwright-kubernetes"),
    ],
)
def test_a_server_is_named_by_its_host_or_program_and_never_by_a_credential(
    spec: str, name: str
) -> None:
    assert name_server(spec) == name
