"""The table of the guide: for each number the metrics that tell it, the first that exists."""

from collections.abc import Iterator

from clusterwright.tools.prometheus.signal.all import CANDIDATES
from clusterwright.tools.prometheus.signal.candidate import Signal


def table() -> str:
    """Return it as Markdown."""
    return "\n".join(["| signal | number | told by |", "|---|---|---|", *_rows()])


def _rows() -> Iterator[str]:
    for signal in Signal:
        slots: dict[str, dict[str, None]] = {}
        for one in CANDIDATES:
            if one.signal is signal:
                metric = one.needs[0].removesuffix("_bucket")
                slots.setdefault(one.slot, {})[f"`{metric}` ({one.source})"] = None
        alike: dict[str, list[str]] = {}
        for slot, told in slots.items():
            alike.setdefault(", ".join(told), []).append(slot)
        for told_by, names in alike.items():
            yield f"| {signal.value} | {', '.join(names)} | {told_by} |"
