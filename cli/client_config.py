"""What a user pastes into an MCP client so that it starts our server.

Hosts start servers with an almost empty environment and PATH: paths are absolute, and KUBECONFIG
is named.
"""

import json
import shlex
import shutil
import sys
from pathlib import Path

NAME = "clusterwright"
"""How hosts call it: all servers behind one connection, with the core of their tools."""
_WORDS = ("serve",)


def script(name: str = NAME) -> Path:
    """Return a script of ours in this program's own environment."""
    return Path(sys.executable).parent / name


def typed(name: str) -> str:
    """Return what to type to run a script of ours: its name where the shell finds it."""
    return name if shutil.which(name) else str(script(name))


def claude_json(kubeconfig: Path) -> str:
    """Return the entry for Claude Desktop, and for a .mcp.json of Claude Code."""
    return json.dumps({"mcpServers": {NAME: _entry(kubeconfig)}}, indent=2)


def vscode_json(kubeconfig: Path) -> str:
    """Return the entry for VS Code (.vscode/mcp.json), which calls its table `servers`."""
    entry = {"type": "stdio", **_entry(kubeconfig)}
    return json.dumps({"servers": {NAME: entry}}, indent=2)


def claude_command(kubeconfig: Path) -> str:
    """Return the command that adds the server to Claude Code."""
    setting = f"KUBECONFIG={kubeconfig}"
    added = ["claude", "mcp", "add", NAME, "--env", setting]
    return shlex.join([*added, "--", str(script()), *_WORDS])


def _entry(kubeconfig: Path) -> dict[str, object]:
    return {"command": str(script()), "args": [*_WORDS], "env": {"KUBECONFIG": str(kubeconfig)}}
