"""What it takes to count the GPUs of a thousand nodes, and to find what is wrong with them."""

import statistics
from collections.abc import Iterator

from clusterwright.deploy.sandbox import Instance
from tests.bench import gpu_fleet
from tests.bench.figure import Figure
from tests.bench.figures import prompt_tokens
from tests.bench.wire import Reply, Wire

MOST_BYTES = 6_144
"""Of the inventory of a thousand nodes."""
_FIRST_CALLS = 5


def gpu(server: list[str], instance: Instance) -> Iterator[Figure]:
    """Yield the median seconds and the memory of new servers' first calls, and the bytes."""
    gpu_fleet.gather(instance)
    yield Figure("gpu_tool_prompt_tokens", prompt_tokens(server), "tokens")
    for figure, tool in (("inventory", "gpu_inventory"), ("find_problems", "gpu_find_problems")):
        answers = [_first(server, tool) for _ in range(_FIRST_CALLS)]
        replies = [reply for reply, _ in answers]
        _check(tool, replies[-1])
        of = f"gpu_{figure}_1000_nodes" if figure == "inventory" else f"gpu_{figure}_1000"
        seconds = statistics.median(one.seconds for one in replies)
        yield Figure(f"{of}_s", round(seconds, 2), "s")
        yield Figure(f"{of}_bytes", max(one.bytes for one in replies), "bytes")
        yield Figure(f"{of}_rss_mb", round(max(rss for _, rss in answers), 1), "MiB")


def _first(server: list[str], tool: str) -> tuple[Reply, float]:
    """Return a new server's first answer, and the most memory that it took."""
    with Wire(server) as wire:
        wire.hello()
        return wire.call(tool), wire.rss_mb()


def _check(tool: str, reply: Reply) -> None:
    """Raise RuntimeError for an answer that is fast or short because it is not one."""
    found = reply.result["structuredContent"]
    if tool == "gpu_inventory":
        right = found["total"] >= gpu_fleet.NODES and reply.bytes <= MOST_BYTES
    else:
        right = found["total"] > 0 and not found["coverage"].get("gaps")
    if not right:
        raise RuntimeError(f"{tool} does not tell what there is: {reply.result['content']}")
