"""A kubeconfig that carries everything in itself, so that it can be copied."""

import base64
import json
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.certificates import Pair


def context_of(name: str) -> str:
    """Return the name of an instance's context."""
    return f"sandbox-{name}"


def write_kubeconfig(path: Path, *, context: str, server: str, authority: Path, user: Pair) -> Path:
    """Write a kubeconfig with one context, readable by its user only; JSON is valid YAML."""
    cluster = {"server": server, "certificate-authority-data": _inline(authority)}
    credential = {
        "client-certificate-data": _inline(user.certificate),
        "client-key-data": _inline(user.key),
    }
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": context, "user": credential}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
        "current-context": context,
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return path


def _inline(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
