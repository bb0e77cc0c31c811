"""The agent's server as a host starts it, for a client that cannot ask: a signature lets it act."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner

from clusterwright.cli.main import main
from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest
from tests.servers.pipe import Pipe
from tests.trust.changes.workplace import deployment

pytestmark = pytest.mark.timeout(500)
NAMESPACE = f"agent-stdio-{os.getpid()}"
CODE = "service/selector-mismatch"
PHRASE = "correct horse\n"
SERVICE: Manifest = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "cart"},
    "spec": {"selector": {"app": "trolley"}, "ports": [{"port": 80}]},
}


@pytest.fixture
def broken(
    sandbox: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Instance]:
    """A cluster with a Service that selects nothing, and a user with settings of their own."""
    for name in ("STATE", "CONFIG"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(f"CLUSTERWRIGHT_{name}_DIR", str(folder))
    listed: Manifest = {"apiVersion": "v1", "kind": "List", "items": [deployment("cart"), SERVICE]}
    sandbox.kubectl("create", "namespace", NAMESPACE)
    sandbox.kubectl("create", "-n", NAMESPACE, "-f", "-", stdin=json.dumps(listed))
    sandbox.kubectl("rollout", "status", "deployment/cart", "-n", NAMESPACE, "--timeout=120s")
    yield sandbox
    sandbox.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def _causes(pipe: Pipe) -> dict[str, str]:
    """Return the ids of what is wrong, by code."""
    found = pipe.call("diagnose", namespace=NAMESPACE)["structuredContent"]
    return {one["code"]: one["id"] for one in found["causes"]}


def test_a_signed_plan_is_applied_and_the_cause_is_gone(broken: Instance) -> None:
    words = ("serve", "agent", "--access", "write", "--kubeconfig", broken.kubeconfig)
    with Pipe(*words, server="") as pipe:
        pipe.initialize()
        deadline = monotonic() + 120
        while not (cause := _causes(pipe).get(CODE)):
            assert monotonic() < deadline
        plan = str(pipe.call("plan_fix", cause=cause)["structuredContent"]["plan_id"])
        refused = pipe.call("apply_fix", plan_id=plan)
        assert refused["isError"] is True
        assert f"clusterwright approve {plan}" in refused["content"][0]["text"]

        run = CliRunner().invoke
        made = run(main, ["approve", "--new-key"], input=PHRASE * 2)
        signed = run(main, ["approve", plan], input=f"y\n{PHRASE}")
        assert (made.exit_code, signed.exit_code) == (0, 0), signed.output
        fixed = pipe.call("apply_fix", plan_id=plan)["structuredContent"]
        assert (fixed["result"], fixed["problems"]) == ("fixed", [])
        assert CODE not in _causes(pipe)
        assert pipe.close() == 0
        assert "Traceback" not in pipe.errors
