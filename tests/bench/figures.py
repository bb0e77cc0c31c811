"""What is measured, each figure by a function of its own."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.model import Rendered
from tests.bench import crowd
from tests.bench.changes import changes
from tests.bench.figure import Figure
from tests.bench.over_http import over_http
from tests.bench.wire import Reply, Wire

_BARE = [sys.executable, str(Path(__file__).with_name("bare_server.py"))]
_SPAWNS = 15
_FIRST_CALLS = 5
_GETS = 200
_CHARACTERS_PER_TOKEN = 4
"""The usual estimate for English and JSON."""


def command(name: str) -> str:
    """Return the path of one of our scripts in this environment."""
    return str(Path(sys.executable).with_name(name))


def measure(instance: Instance, faults: Sequence[Rendered]) -> Iterator[Figure]:
    """Yield every figure; `instance` has the crowd and the faults."""
    server = [command("clusterwright-kubernetes"), "--kubeconfig", str(instance.kubeconfig)]
    yield Figure("stdio_ready_ratio", round(_ready_ratio(server), 3), "ratio")
    yield Figure("toolprompt_tokens", prompt_tokens(server), "tokens")
    yield from _list_and_memory(server)
    yield from _nine_faults(server, faults)
    yield Figure("diagnose_cold_s", round(diagnose(instance)[0], 2), "s")
    yield Figure("small_get_p50_ms", _small_get(server), "ms")
    yield from changes(server, instance)
    yield from over_http(instance.kubeconfig)


def _ready_ratio(server: list[str]) -> float:
    """Return our median seconds from spawn to first answer by those of a bare SDK server.

    They take turns, so that what else the machine does meets both.
    """
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(_SPAWNS):
        for spawned, times in ((server, ours), (_BARE, bare)):
            with Wire(spawned) as wire:
                times.append(wire.hello())
    return statistics.median(ours) / statistics.median(bare)


def prompt_tokens(server: list[str]) -> float:
    """Return the mean tokens of a tool's name, description and input schema."""
    with Wire(server) as wire:
        wire.hello()
        tools = wire.request("tools/list").result["tools"]
    sizes = [
        len(json.dumps([t["name"], t.get("description"), t["inputSchema"]], separators=(",", ":")))
        for t in tools
    ]
    return round(statistics.mean(sizes) / _CHARACTERS_PER_TOKEN, 1)


def _list_and_memory(server: list[str]) -> Iterator[Figure]:
    with Wire(server) as wire:
        wire.hello()
        reply = wire.call("k8s_list", kind="Pod", namespace=crowd.namespace(0))
        yield Figure("list_250_pods_bytes", reply.bytes, "bytes")
        yield Figure("server_rss_mb", round(wire.rss_mb(), 1), "MiB")


def _nine_faults(server: list[str], faults: Sequence[Rendered]) -> Iterator[Figure]:
    """Yield the median seconds of a new server's first call, and the bytes of its answer."""
    replies: list[Reply] = []
    for _ in range(_FIRST_CALLS):
        with Wire(server) as wire:
            wire.hello()
            replies.append(wire.call("k8s_find_problems"))
    found = replies[-1].result["structuredContent"]["findings"]
    said = {(f["code"], f["subject"]): json.dumps(f, ensure_ascii=False) for f in found}
    for truth in (one for fault in faults for one in fault.truth):
        told = said.get((truth.code, str(truth.subject)))
        if told is None or truth.evidence not in told:
            raise RuntimeError(f"one call does not name {truth.code} on {truth.subject}")
    yield Figure("nine_faults_s", round(statistics.median(r.seconds for r in replies), 2), "s")
    yield Figure("nine_faults_bytes", max(r.bytes for r in replies), "bytes")


def diagnose(instance: Instance) -> tuple[float, dict[str, Any]]:
    """Return the seconds of one `clusterwright diagnose`, start to exit, and what it told."""
    arguments = ["diagnose", "--kubeconfig", str(instance.kubeconfig), "-o", "json"]
    started = time.perf_counter()
    done = subprocess.run(
        [command("clusterwright"), *arguments], stdout=subprocess.PIPE, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode != 1:
        raise RuntimeError(f"diagnose ended with {done.returncode}; it should have found problems")
    return seconds, json.loads(done.stdout)


def _small_get(server: list[str]) -> float:
    """Return the median milliseconds of one k8s_get of a small object, one after the other."""
    with Wire(server) as wire:
        wire.hello()
        seconds = [
            wire.call("k8s_get", kind="Namespace", name=crowd.namespace(i % 20)).seconds
            for i in range(_GETS)
        ]
    return round(statistics.median(seconds) * 1000, 2)
