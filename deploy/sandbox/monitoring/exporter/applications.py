"""The applications of simulated pods: servers whose load and health their annotations tell.

Requests take an exponentially distributed time around `latency-seconds`, so that quantiles are
known: the 99th percentile is 4.6 times the mean.
"""

import math

from clusterwright.deploy.sandbox.monitoring.exporter.annotations import APPLICATION, said
from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.meters import Meters
from clusterwright.deploy.sandbox.monitoring.exporter.usage import usage_of
from clusterwright.deploy.sandbox.monitoring.exporter.world import World
from clusterwright.tools.manifest import Manifest, strings

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds; the default buckets of prometheus/client_golang."""
_REQUESTS, _LATENCY = 10.0, 0.05
_MOST_SERIES = 50_000
_ROUTE = {"method": "GET", "handler": "/"}


class Applications:
    """Answers for every simulated pod."""

    def __init__(self, world: World, meters: Meters) -> None:
        """Take what tells of pods, and the counters."""
        self._world = world
        self._meters = meters

    def text(self, namespace: str, name: str) -> str | None:
        """Return what the pod's /metrics would answer; None where no such pod runs."""
        pod = self._world.get("Pod", namespace, name)
        used = list(usage_of(pod)) if pod else []
        if pod is None or not used:
            return None
        out = Exposition()
        first = used[0]
        self._requests(pod, first.uid, out)
        started = first.started.timestamp() if first.started else 0.0
        out.add("process_start_time_seconds", "", started)
        out.add("process_resident_memory_bytes", "", sum(one.memory for one in used))
        key = (first.uid, first.container, "cpu")
        seconds = self._meters.count(key, first.started, first.cpu)
        out.add("process_cpu_seconds_total", "", seconds, "counter")
        for number in range(min(_MOST_SERIES, int(said(pod, f"{APPLICATION}series", 0)))):
            label = labelled(user=f"user-{number:05}")
            count = self._meters.count((first.uid, label), first.started, 0.1)
            out.add("app_user_requests_total", label, count, "counter")
        return out.text() + _added(pod)

    def _requests(self, pod: Manifest, uid: str, out: Exposition) -> None:
        started = next(usage_of(pod)).started
        rate = said(pod, f"{APPLICATION}requests-per-second", _REQUESTS)
        failed = min(1.0, max(0.0, said(pod, f"{APPLICATION}error-ratio", 0.0)))
        latency = max(1e-6, said(pod, f"{APPLICATION}latency-seconds", _LATENCY))
        for code, share in (("200", 1 - failed), ("500", failed)):
            labels = labelled(code=code, **_ROUTE)
            count = self._meters.count((uid, "requests", code), started, rate * share)
            out.add("http_requests_total", labels, math.floor(count), "counter")
        buckets: dict[str, float] = {}
        for bound in (*_BOUNDS, math.inf):
            share = 1 - math.exp(-bound / latency)
            count = self._meters.count((uid, "bucket", str(bound)), started, rate * share)
            buckets["+Inf" if bound == math.inf else f"{bound:g}"] = math.floor(count)
        total = self._meters.count((uid, "duration"), started, rate * latency)
        out.histogram("http_request_duration_seconds", labelled(**_ROUTE), buckets, total)
        out.add("http_requests_in_flight", "", rate * latency)


def _added(pod: Manifest) -> str:
    """Return what an annotation adds, as it is."""
    text = strings(pod, "metadata", "annotations").get(f"{APPLICATION}text", "")
    return f"{text.rstrip()}\n" if text else ""
