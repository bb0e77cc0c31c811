"""What it takes to ask a Prometheus of two thousand series: much, little, and little among much."""

import asyncio
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from clusterwright.tools.prometheus.settings import FILE
from tests.bench.figure import Figure
from tests.bench.figures import prompt_tokens
from tests.bench.wire import Reply, Wire
from tests.tools.prometheus.signal.backfilled import Told, a_prometheus

SERIES, POINTS = 2_000, 61
_RANGES, _SMALLS = 9, 200
_HEAVY_AT_ONCE = 20
_LARGE, _SMALL = "bench_load", 'bench_load{pod="pod-7"}'
_HEAVY = "quantile_over_time(0.9, sum by (node) (bench_load)[1h:1s])"


def prometheus(server: list[str]) -> Iterator[Figure]:
    """Yield what questions to a Prometheus take, through the server and, beside it, without."""
    series = [_series(i) for i in range(SERIES)]
    with tempfile.TemporaryDirectory() as folder, a_prometheus(Path(folder), series, 1.2) as url:
        Path(folder, FILE).write_text(f"backends: [{{name: bench, url: '{url}'}}]\n")
        with Wire(["env", f"CLUSTERWRIGHT_CONFIG_DIR={folder}", *server]) as wire:
            wire.hello()
            yield from _range(wire)
            ours, plain = _small(wire, url)
            yield Figure("prom_small_query_p50_ms", ours, "ms")
            yield Figure("prom_plain_httpx_p50_ms", plain, "ms")
            yield Figure("prom_small_query_p50_busy_ms", _busy(wire), "ms")
            yield Figure("prom_rss_mb", round(wire.rss_mb(), 1), "MiB")
    yield Figure("prom_tool_prompt_tokens", prompt_tokens(server), "tokens")


def _series(i: int) -> Told:
    labels = {
        "namespace": f"ns-{i % 20}",
        "pod": f"pod-{i}",
        "node": f"node-{i % 50}",
        "instance": f"10.0.{i % 50}.7:9100",
        "job": "bench",
    }
    return Told("bench_load", labels, lambda hour: i % 100 + math.sin(hour * 7 + i))


def _range(wire: Wire) -> Iterator[Figure]:
    replies = [wire.call("prom_query", query=_LARGE, start="1h") for _ in range(_RANGES)]
    found = replies[-1].result["structuredContent"]
    if found["total"] != SERIES or found["step"] != "1m" or not found["series"]:
        raise RuntimeError(f"this is not the question that is measured: {found}")
    seconds = statistics.median(one.seconds for one in replies)
    yield Figure("prom_range_2000x61_s", round(seconds, 3), "s")
    yield Figure("prom_range_2000x61_bytes", max(one.bytes for one in replies), "bytes")


def _small(wire: Wire, url: str) -> tuple[float, float]:
    """Return the median milliseconds of a small query, ours and plain, which take turns."""
    ours: list[float] = []
    plain: list[float] = []

    async def both() -> None:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            for _ in range(_SMALLS):
                ours.append(_one(wire))
                started = time.perf_counter()
                answer = await client.post("/api/v1/query", data={"query": _SMALL})
                if len(answer.json()["data"]["result"]) != 1:
                    raise RuntimeError(f"this is not what is measured: {answer.text}")
                plain.append(time.perf_counter() - started)

    asyncio.run(both())
    return _median_ms(ours), _median_ms(plain)


def _busy(wire: Wire) -> float:
    """Return the median milliseconds of a small query while twenty heavy ones are asked."""
    for _ in range(_HEAVY_AT_ONCE):
        wire.send("prom_query", query=_HEAVY)
    found = [_one(wire) for _ in range(_SMALLS)]
    if not wire.open:
        raise RuntimeError("the heavy queries were done before the small ones")
    wire.cancel()  # which frees the line: the next heavy one is answered
    wire.call("prom_query", query=_HEAVY)
    return _median_ms(found)


def _one(wire: Wire) -> float:
    reply: Reply = wire.call("prom_query", query=_SMALL)
    if reply.result["structuredContent"]["total"] != 1:
        raise RuntimeError(f"this is not what is measured: {reply.result['content']}")
    return reply.seconds


def _median_ms(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1_000, 2)
