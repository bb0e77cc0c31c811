"""What it takes to list a hundred releases, to find what is wrong with them, to plan an upgrade."""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from tests.bench.figure import Figure
from tests.bench.figures import prompt_tokens
from tests.bench.wire import Reply, Wire

RELEASES = 100
_NAMESPACES = 10
_FIRST_CALLS, _CALLS, _PLANS = 5, 15, 7
_AT_ONCE = 3
_CHART = "demo"
_BROKEN = 3
"""Releases whose last upgrade failed."""


def helm(server: list[str], instance: Instance) -> Iterator[Figure]:
    """Yield the medians of calls of a server whose cluster has a hundred releases."""
    program = ensure_binaries(["helm"], SilentReport())["helm"]
    os.environ["CLUSTERWRIGHT_HELM"] = str(program)
    with tempfile.TemporaryDirectory() as folder:
        _gather(program, instance, Path(folder))
    yield Figure("helm_tool_prompt_tokens", prompt_tokens(server), "tokens")
    with Wire(server) as wire:
        wire.hello()
        listed = [wire.call("helm_list_releases") for _ in range(_CALLS)]
        _check_listed(listed[-1])
        yield Figure("helm_list_100_ms", round(_median(listed) * 1_000, 1), "ms")
        yield Figure("helm_list_100_bytes", max(one.bytes for one in listed), "bytes")
        change = {"kind": "upgrade", "release": "bench-0/r0", "values": {"replicaCount": 0}}
        plans = [wire.call("helm_plan_change", changes=[change]) for _ in range(_PLANS)]
        _check_planned(plans[-1])
        yield Figure("helm_plan_upgrade_s", round(_median(plans), 2), "s")
    found = [_first(server) for _ in range(_FIRST_CALLS)]
    _check_found(found[-1][0])
    yield Figure("helm_find_problems_100_s", round(_median([one for one, _ in found]), 2), "s")
    yield Figure("helm_find_problems_100_rss_mb", round(max(rss for _, rss in found), 1), "MiB")


def _first(server: list[str]) -> tuple[Reply, float]:
    """Return a new server's first answer, and the most memory that it took."""
    with Wire(server) as wire:
        wire.hello()
        return wire.call("helm_find_problems"), wire.rss_mb()


def _median(replies: list[Reply]) -> float:
    return statistics.median(one.seconds for one in replies)


def _gather(program: Path, instance: Instance, folder: Path) -> None:
    """Install a hundred releases of the chart that `helm create` makes; some upgrades fail."""
    homes = {f"HELM_{one}_HOME": str(folder / one) for one in ("CACHE", "CONFIG", "DATA")}
    env = {**os.environ, "KUBECONFIG": str(instance.kubeconfig), **homes}
    run = partial(subprocess.run, env=env, cwd=folder, capture_output=True)
    run([program, "create", _CHART], check=True)

    def install(number: int) -> None:
        where = ["--namespace", f"bench-{number % _NAMESPACES}", "--create-namespace"]
        named = [f"r{number}", f"./{_CHART}", *where, "--set", "replicaCount=0"]
        run([program, "upgrade", "--install", *named], check=True)
        if number < _BROKEN:
            run([program, "upgrade", *named, "--set", "service.port=none"], check=False)
            run([program, "upgrade", *named, "--set", "service.port=99999"], check=False)

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(install, range(RELEASES)))


def _check_listed(reply: Reply) -> None:
    found = reply.result["structuredContent"]
    if found["total"] != RELEASES:
        raise RuntimeError(f"not all releases are listed: {json.dumps(found)[:500]}")


def _check_planned(reply: Reply) -> None:
    if not reply.result["structuredContent"].get("plan_id"):
        raise RuntimeError(f"nothing was planned: {reply.result['content']}")


def _check_found(reply: Reply) -> None:
    found = reply.result["structuredContent"]
    if not found["total"] or found["coverage"].get("gaps"):
        raise RuntimeError(f"not all is told: {reply.result['content']}")
