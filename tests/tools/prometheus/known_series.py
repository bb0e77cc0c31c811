"""A real Prometheus that holds series whose every sample is known, of an hour in 2023."""

import math
import random
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.prometheus.changes.processes import free_port, program, running

START = 1_700_002_800
STEP = 60
POINTS = 61
END = START + (POINTS - 1) * STEP
LOADS = 150
COUNTERS = 30
LATENCIES = 24
_RESETS = 0.03
HOSTILE = ('a"} or up{b="', "$1${2}", "back\\slash", "new\nline", "ünï ✓", "x" * 120, "", "}#")

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], dict[int, float]]


def samples() -> Samples:
    """Return the samples of every series by index on the grid."""
    chance = random.Random(8)
    found: Samples = {}
    for i in range(LOADS):
        height = chance.uniform(0, 100)
        points = {k: height + chance.gauss(0, 1) for k in range(POINTS)}
        found[_load(i)] = points
    _make_odd(found)
    for i in range(COUNTERS):
        found[_named("work_total", pod=f"p{i}")] = _counter(chance)
    for name in ("alpha", "beta"):
        for i in range(COUNTERS):
            points = {k: chance.gauss(i, 1) for k in range(POINTS)}
            found[_named(name, i=str(i))] = points
    for i, text in enumerate(HOSTILE * 4):
        points = {k: chance.gauss(i, 1) for k in range(POINTS)}
        found[_named("odd", text=text, other=str(i // len(HOSTILE)))] = points
    return found


def _make_odd(found: Samples) -> None:
    """Give some series steps, gaps, ends, and values that are no numbers."""
    found[_load(7)] |= {k: found[_load(7)][k] + 40 for k in range(30, POINTS)}  # a step
    found[_load(13)] = {k: v for k, v in found[_load(13)].items() if not 20 <= k < 35}  # a gap
    found[_load(14)] = {k: v for k, v in found[_load(14)].items() if k < 40}  # ends
    found[_load(15)] = {k: v for k, v in found[_load(15)].items() if k >= 10}  # begins late
    found[_load(16)] |= dict.fromkeys(range(0, POINTS, 7), math.nan)
    found[_load(17)][5] = math.inf
    found[_load(18)] = dict.fromkeys(range(POINTS), math.nan)
    found[_load(19)] = dict.fromkeys(range(POINTS), -math.inf)
    found[_load(20)] = dict.fromkeys(range(POINTS), 50.0)
    found[_load(21)] = {POINTS - 1: 3.0}
    found[_load(22)] = {k: 1.5 * k for k in range(POINTS)}
    found[_load(23)] |= dict.fromkeys(range(50, POINTS), math.nan)  # the newest ones


def _counter(chance: random.Random) -> dict[int, float]:
    points: dict[int, float] = {}
    height = 0.0
    for k in range(POINTS):
        height = chance.random() if chance.random() < _RESETS else height + chance.uniform(0, 9)
        points[k] = height
    return points


def _load(i: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    return _named(
        "load", namespace=f"ns-{i % 5}", pod=f"app-{i}", instance=f"10.0.0.{i % 7}", job="kubelet"
    )


def _named(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(labels.items())


def open_metrics(every: Samples) -> str:
    """Return the samples as promtool reads them."""
    lines: list[str] = []
    for name in dict.fromkeys(name for name, _ in every):
        kind = "counter" if name.endswith("_total") else "gauge"
        lines.append(f"# TYPE {name.removesuffix('_total')} {kind}")
        for (own, labels), points in every.items():
            if own == name:
                told = ",".join(f"{k}={_quoted(v)}" for k, v in labels if v)
                lines += [
                    f"{name}{{{told}}} {_number(v)} {START + k * STEP}"
                    for k, v in sorted(points.items())
                ]
    return "\n".join([*lines, "# EOF", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else repr(value).replace("inf", "Inf")


def latencies() -> Json:
    """Return native histograms as OTLP takes them, later than all other samples."""
    chance = random.Random(9)
    ones: list[Manifest] = []
    for i in range(LATENCIES):
        counts = [chance.randint(0, 9) for _ in range(12)]
        ones += [
            {
                "attributes": [{"key": "pod", "value": {"stringValue": f"p{i}"}}],
                "startTimeUnixNano": str(START * 10**9),
                "timeUnixNano": str((LATE + k * STEP) * 10**9),
                "count": str(sum(counts) * (k + 1) + 2 * (k + 1)),
                "sum": 0.25 * sum(counts) * (k + 1),
                "scale": 1,
                "zeroCount": str(2 * (k + 1)),
                "zeroThreshold": 0.0001,
                "positive": {"offset": -8, "bucketCounts": [str(one * (k + 1)) for one in counts]},
            }
            for k in range(POINTS)
        ]
    ones.sort(key=lambda one: one["timeUnixNano"])
    metric = {
        "name": "latency",
        "unit": "s",
        "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": ones},
    }
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


LATE = END + 7_200


@contextmanager
def known_series(folder: Path) -> Generator[str]:
    """Run a Prometheus that holds them; yield its address."""
    text, data, config = folder / "series.om", folder / "data", folder / "prometheus.yml"
    text.write_text(open_metrics(samples()))
    config.write_text("global: {scrape_interval: 1m}\n")
    promtool = program("promtool")
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", text, data],
        check=True,
        capture_output=True,
    )
    url = f"http://127.0.0.1:{free_port()}"
    argv = [
        str(program("prometheus")),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--web.enable-otlp-receiver",
    ]
    with running(argv, f"{url}/-/ready", folder / "prometheus.log"):
        _send(f"{url}/api/v1/otlp/v1/metrics", latencies())
        yield url


def _send(url: str, body: Mapping[str, Json]) -> None:
    with httpx.Client(trust_env=False) as client:
        client.post(url, json=body).raise_for_status()
