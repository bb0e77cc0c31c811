"""A real API server that is killed and started again while its objects are listed.

It has a cluster of its own, without a node: others share theirs.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance, down, up
from clusterwright.tools.manifest import Manifest
from tests.servers.pipe import Pipe

OBJECTS = 1_300
"""Three pages of a list."""
SECONDS = 60.0
ASK: Manifest = {"name": "k8s_list", "arguments": {"kind": "ConfigMap", "namespace": "many"}}


@pytest.fixture
def cluster() -> Iterator[Instance]:
    name = f"restart-{os.getpid()}"
    instance = up(name, real_node=False)
    metadata = [{"name": f"c-{i}", "namespace": "many"} for i in range(OBJECTS)]
    items = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": one} for one in metadata]
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "many"}}
    listed = {"apiVersion": "v1", "kind": "List", "items": [home, *items]}
    instance.kubectl("create", "-f", "-", stdin=json.dumps(listed))
    yield instance
    down(name)


def api_server(instance: Instance) -> tuple[int, list[str]]:
    """Return the process of an instance's API server, and its command line."""
    own = str(instance.directory)
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode().split("\0")[:-1]
        except OSError:
            continue
        if words and "kube-apiserver" in words[0] and any(own in word for word in words):
            return int(path.parent.name), words
    raise AssertionError("the API server does not run")


def test_no_list_is_told_in_part_and_the_server_recovers_by_itself(cluster: Instance) -> None:
    pid, command = api_server(cluster)
    with Pipe("--kubeconfig", cluster.kubeconfig) as pipe:
        pipe.initialize()

        def told(call: int) -> str:
            """Return why a call was refused; "" if it was answered, which then is with all."""
            result = pipe.answer(call)["result"]
            if result["isError"]:
                reason: str = result["content"][0]["text"]
                return reason
            assert result["structuredContent"]["total"] >= OBJECTS
            return ""

        assert not told(pipe.send("tools/call", ASK))
        under_way = pipe.send("tools/call", ASK)
        os.kill(pid, signal.SIGKILL)
        reasons = [told(under_way), told(pipe.send("tools/call", ASK))]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as new:
            deadline = time.monotonic() + SECONDS
            while reason := told(pipe.send("tools/call", ASK)):
                reasons.append(reason)
                assert time.monotonic() < deadline, reason
            new.kill()  # it would wait for its watches to end
    assert reasons[1].startswith("[unreachable] ")
    # A server that starts knows its roles and credentials a moment after it listens.
    known = ("[unreachable] ", "[forbidden] ", "[unauthenticated] ")
    assert all(one.startswith(known) for one in reasons if one), reasons
