"""A run of helm that dies with whoever started it: the next one knows, and goes back."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.tools.helm.changes.charts import web
from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

_ENDLESS = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-wait
  annotations: {helm.sh/hook: pre-upgrade}
spec:
  template:
    spec:
      restartPolicy: Never
      nodeSelector: {never: here}
      containers: [{name: wait, image: registry.example/none:1}]
"""


def programs(namespace: str) -> list[int]:
    """Return the helm programs at work in a namespace."""
    found: list[int] = []
    for one in Path("/proc").iterdir():
        if one.name.isdecimal():
            try:
                words = (one / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"--namespace={namespace}".encode() in words:
                found.append(int(one.name))
    return found


def test_programs_are_found_by_their_namespace() -> None:
    code = "print(flush=True); input()"
    command = [sys.executable, "-c", code, "--namespace=nowhere-at-all"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()  # its words are not there the moment that it is
        assert programs("nowhere-at-all") == [process.pid]
        process.kill()


def apply_and_kill(place: Place, plan: str, policy: Path) -> None:
    """Apply a plan in a process of its own, and kill that and helm once the hook is there."""
    command = [sys.executable, "-m", "clusterwright.cli", "apply", plan]
    command += ["--kubeconfig", str(place.workshop.sandbox.kubeconfig), "--approve", str(policy)]
    env = {**os.environ, "CLUSTERWRIGHT_STATE_DIR": str(place.state)}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while "cart-wait" not in place.workshop.kubectl("get", "job", "-o", "name"):
            assert time.monotonic() < deadline
            assert process.poll() is None
        process.kill()
    for one in programs(place.namespace):
        os.kill(one, signal.SIGKILL)


async def test_a_killed_upgrade_is_known_for_what_it_is_and_undone(place: Place) -> None:
    chart = web(place.workshop, wait=_ENDLESS)
    place.workshop.helm("install", "cart", chart)
    policy = place.state.parent / "policy.yaml"
    policy.write_text(yaml.safe_dump(place.policy))
    policy.chmod(0o600)
    async with place.session() as session:
        change = {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "warn"}}
        plan, told = await session.plan(change)
        assert "runs hooks" in told
    apply_and_kill(place, plan, policy)
    async with place.session() as session:
        _, told = await session.plan(change)
        assert f"Unfinished: {plan}" in told or "[pending-lock]" in told
        await session.done({"kind": "undo", "plan": plan})
    history = json.loads(place.workshop.helm("history", "cart", "-o", "json"))
    assert [one["status"] for one in history] == ["superseded", "pending-upgrade", "deployed"]
