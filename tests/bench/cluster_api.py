"""What it takes to list three hundred workload clusters, and to find what is wrong with them."""

import statistics
from collections.abc import Iterator

from clusterwright.deploy.sandbox import Instance
from tests.bench import fleet
from tests.bench.figure import Figure
from tests.bench.wire import Reply, Wire

_FIRST_CALLS = 5


def cluster_api(server: list[str], instance: Instance) -> Iterator[Figure]:
    """Yield the median seconds and the memory of new servers' first calls, and the bytes."""
    real = fleet.gather(instance)
    yield Figure("capi_real_clusters", real, "clusters", more_is_better=True)
    for figure, tool in (("list", "capi_list_clusters"), ("find_problems", "capi_find_problems")):
        answers = [_first(server, tool) for _ in range(_FIRST_CALLS)]
        replies = [reply for reply, _ in answers]
        _check(tool, replies[-1])
        seconds = statistics.median(one.seconds for one in replies)
        yield Figure(f"capi_{figure}_300_s", round(seconds, 2), "s")
        yield Figure(f"capi_{figure}_300_bytes", max(one.bytes for one in replies), "bytes")
        memory = max(rss for _, rss in answers)
        yield Figure(f"capi_{figure}_300_rss_mb", round(memory, 1), "MiB")


def _first(server: list[str], tool: str) -> tuple[Reply, float]:
    """Return a new server's first answer, and the most memory that it took."""
    with Wire(server) as wire:
        wire.hello()
        return wire.call(tool), wire.rss_mb()


def _check(tool: str, reply: Reply) -> None:
    """Raise RuntimeError for an answer that is fast because it is not one."""
    found = reply.result["structuredContent"]
    if tool == "capi_list_clusters":
        right = found["total"] == fleet.CLUSTERS and found["unhealthy"] > fleet.REFUSED
    else:
        right = found["total"] > 0 and not found["coverage"].get("gaps")
    if not right:
        raise RuntimeError(f"{tool} does not tell what there is: {reply.result['content']}")
