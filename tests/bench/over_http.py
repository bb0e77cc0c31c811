"""Figures of the server over HTTP: how fast for one, how many for many, what remains of them."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import crowd
from tests.bench.figure import Figure
from tests.bench.http_wire import HttpWire, connect
from tests.bench.rss import peak_rss_mb
from tests.servers.served import product, serving

_GETS = 200
_CLIENTS = 32
_CALLS = 10_000
_WARM = 1_000
_FLAT = 1.1
"""What the peak of all calls may be of the peak of the first thousand."""


def over_http(kubeconfig: Path) -> Iterator[Figure]:
    """Yield the latency of one client, the throughput of 32, and the memory after 10,000 calls."""
    with serving(product("kubernetes", "--kubeconfig", kubeconfig)) as server:
        asyncio.run(_many(server.url, _WARM))
        warm = peak_rss_mb(server.pid)
        yield Figure("http_small_get_p50_ms", asyncio.run(_small_get(server.url)), "ms")
        seconds = asyncio.run(_many(server.url, _CALLS))
        yield Figure("calls_per_s_c32", round(_CALLS / seconds, 1), "1/s", more_is_better=True)
        after = peak_rss_mb(server.pid)
        if after > _FLAT * warm:
            raise RuntimeError(f"memory grew from {warm:.1f} to {after:.1f} MiB in {_CALLS} calls")
        yield Figure("rss_after_10k_calls_mb", round(after, 1), "MiB")


async def _small_get(url: str) -> float:
    """Return the median milliseconds of one k8s_get of a small object, one after the other."""
    wire = await connect(url)
    times: list[float] = []
    for i in range(_GETS):
        started = time.perf_counter()
        await _get(wire, i)
        times.append(time.perf_counter() - started)
    wire.close()
    return round(statistics.median(times) * 1000, 2)


async def _many(url: str, calls: int) -> float:
    """Return the seconds of so many calls, by 32 clients that each make one at a time."""
    left = itertools.count()
    wires = [await connect(url) for _ in range(_CLIENTS)]

    async def client(wire: HttpWire) -> None:
        while (number := next(left)) < calls:
            await _get(wire, number)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for wire in wires:
            tasks.create_task(client(wire))
    seconds = time.perf_counter() - started
    for wire in wires:
        wire.close()
    return seconds


async def _get(wire: HttpWire, number: int) -> None:
    name = crowd.namespace(number % crowd.NAMESPACES)
    result = await wire.call("k8s_get", kind="Namespace", name=name)
    if result["structuredContent"]["ref"] != f"Namespace/{name}":
        raise RuntimeError(f"asked for {name}, got {result['structuredContent']['ref']}")
