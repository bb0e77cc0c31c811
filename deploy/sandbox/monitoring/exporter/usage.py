"""What simulated pods use of their node: by annotation, else a share of what they request."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clusterwright.deploy.sandbox.monitoring.exporter.annotations import USAGE
from clusterwright.tools.manifest import (
    Manifest,
    instant,
    items,
    name_of,
    namespace_of,
    strings,
    text,
)
from clusterwright.tools.quantity import quantities, quantity

_CPU_SHARE, _MEMORY_SHARE = 0.3, 0.5
"""Of a request, unless an annotation says what is used; memory also at most of a limit."""
_LEAST_CPU, _LEAST_MEMORY = 0.01, 50 * 2.0**20


@dataclass(frozen=True, slots=True)
class ContainerUsage:
    """What one container uses: CPUs, bytes, and since when it runs."""

    namespace: str
    pod: str
    uid: str
    container: str
    image: str
    cpu: float
    memory: float
    started: datetime | None
    limits: dict[str, float]


def usage_of(pod: Manifest) -> Iterator[ContainerUsage]:
    """Yield what each running container of a pod uses."""
    annotations = strings(pod, "metadata", "annotations")
    containers = items(pod, "spec", "containers")
    statuses = {text(one, "name"): one for one in items(pod, "status", "containerStatuses")}
    for one in containers:
        name = text(one, "name")
        state = statuses.get(name, {})
        started = instant(state, "state", "running", "startedAt")
        if not started:
            continue
        requests = quantities(one, "resources", "requests")
        cpu = max(_LEAST_CPU, requests.get("cpu", 0.0) * _CPU_SHARE)
        limits = quantities(one, "resources", "limits")
        memory = max(_LEAST_MEMORY, requests.get("memory", 0.0) * _MEMORY_SHARE)
        memory = min(memory, limits.get("memory", math.inf) * _MEMORY_SHARE)
        if said := annotations.get(f"{USAGE}cpu"):
            cpu = quantity(said) / len(containers)
        if said := annotations.get(f"{USAGE}memory"):
            memory = quantity(said) / len(containers)
        yield ContainerUsage(
            namespace_of(pod),
            name_of(pod),
            text(pod, "metadata", "uid"),
            name,
            text(one, "image"),
            cpu,
            memory,
            started,
            limits,
        )
