"""A real Prometheus that already knows hours of series: written as blocks by the real promtool."""

import math
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tools.prometheus.changes.processes import free_port, program, running

STEP = 30
"""Seconds between two samples."""
AHEAD = 900
"""Seconds that samples go beyond now, so that no query of a slow run meets their end."""
Value = Callable[[float], float | None]
"""Of the hours before now, negative for the past; None for no sample."""


def steady(value: float) -> Value:
    return lambda _: value


def counter(per_second: float, start: float = -math.inf) -> Value:
    """Return a counter that grows, from the hour `start` on."""
    return lambda hour: None if hour < start else 1_000 + per_second * 3_600 * (hour + 10)


@dataclass(frozen=True)
class Told:
    """One series."""

    name: str
    labels: Mapping[str, str]
    value: Value
    every: int = STEP
    """Seconds between two samples."""


def histogram(
    name: str, labels: Mapping[str, str], per_second: float, seconds: float
) -> Iterator[Told]:
    """Yield the series of requests that take `seconds`, each."""
    for le in (0.1, 0.5, 1.0, math.inf):
        spelled = "+Inf" if math.isinf(le) else f"{le:g}"
        rate = per_second if seconds <= le else 0
        yield Told(f"{name}_bucket", {**labels, "le": spelled}, counter(rate))
    yield Told(f"{name}_count", labels, counter(per_second))
    yield Told(f"{name}_sum", labels, counter(per_second * seconds))


def openmetrics(series: list[Told], now: float, hours: float) -> str:
    """Return the series in the OpenMetrics format, of `hours` before now and a little after."""
    first, last = int(now - hours * 3_600), int(now + AHEAD)
    lines: list[str] = []
    for one in series:
        labels = ",".join(f'{name}="{value}"' for name, value in one.labels.items())
        for at in range(first, last, one.every):
            value = one.value((at - now) / 3_600)
            if value is not None:
                lines.append(f"{one.name}{{{labels}}} {float(value)!r} {at}")
    return "\n".join([*lines, "# EOF\n"])


@contextmanager
def a_prometheus(folder: Path, series: list[Told], hours: float = 2.2) -> Generator[str]:
    """Run a real Prometheus that scrapes nothing and knows these series; yield its URL."""
    (folder / "series.txt").write_text(openmetrics(series, time.time(), hours))
    (folder / "prometheus.yml").write_text("scrape_configs: []\n")
    subprocess.run(
        [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "-q",
         folder / "series.txt", folder / "data"],
        check=True, capture_output=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{free_port()}"
    argv = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--storage.tsdb.retention.time=100y",
    ]
    with running(argv, f"{url}/-/ready", folder / "log"):
        yield url
