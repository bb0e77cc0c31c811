"""Logging in: what a plugin returns or raises comes through, and none is waited for in vain."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from clusterwright.tools.errors import NotFoundError, UnauthenticatedError
from clusterwright.tools.kubernetes.client.login import within_time

pytestmark = pytest.mark.anyio


async def test_what_a_login_returns_or_raises_comes_through() -> None:
    assert await within_time(lambda: "token", "prod") == "token"

    def fail() -> str:
        raise NotFoundError("no context")

    with pytest.raises(NotFoundError, match="no context"):
        await within_time(fail, "prod")


async def test_a_login_that_waits_for_a_person_is_given_up() -> None:
    person = threading.Event()
    try:
        with pytest.raises(UnauthenticatedError, match="prod took more than") as caught:
            await within_time(person.wait, "prod", seconds=0.05)
        assert "by hand" in caught.value.hint
    finally:
        person.set()


def test_a_plugin_that_never_ends_does_not_keep_the_process(tmp_path: Path) -> None:
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sleep",
        "args": ["20"],
        "interactiveMode": "Never",
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "slow",
        "contexts": [{"name": "slow", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"exec": plugin}}],
    }
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(config), encoding="utf-8")
    script = (
        "import anyio, functools\n"
        "from clusterwright.tools.kubernetes.client.credentials import load\n"
        "from clusterwright.tools.kubernetes.client.login import within_time\n"
        "from clusterwright.tools.errors import UnauthenticatedError\n"
        "from pathlib import Path\n"
        f"log_in = functools.partial(load, Path({str(kubeconfig)!r}), '')\n"
        "try:\n"
        "    anyio.run(functools.partial(within_time, log_in, 'slow', seconds=0.5))\n"
        "except UnauthenticatedError:\n"
        "    raise SystemExit(3)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], timeout=15, check=False)
    assert ended.returncode == 3
