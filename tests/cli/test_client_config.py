"""What a user is told to paste into an MCP client."""

import json
import shlex
from pathlib import Path

from clusterwright.cli.client_config import claude_command, claude_json, script, vscode_json

CONFIG = Path("/home/user/with space/config")


def test_the_server_is_named_by_its_absolute_path_and_exists() -> None:
    assert script().is_absolute()
    assert script().exists()


def test_claude_reads_the_server_under_mcp_servers() -> None:
    entry = json.loads(claude_json(CONFIG))["mcpServers"]["clusterwright"]
    env = {"KUBECONFIG": str(CONFIG)}
    assert entry == {"command": str(script()), "args": ["serve"], "env": env}


def test_vs_code_reads_the_server_under_servers_with_its_type() -> None:
    entry = json.loads(vscode_json(CONFIG))["servers"]["clusterwright"]
    assert (entry["type"], entry["command"]) == ("stdio", str(script()))


def test_the_command_for_claude_code_survives_a_shell() -> None:
    words = shlex.split(claude_command(CONFIG))
    assert words[:4] == ["claude", "mcp", "add", "clusterwright"]
    assert words[words.index("--env") + 1] == f"KUBECONFIG={CONFIG}"
    assert words[words.index("--") + 1 :] == [str(script()), "serve"]
