"""What a change costs: a plan, and what an apply adds to the API server's own time."""

import json
import os
import statistics
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest
from tests.bench.figure import Figure
from tests.bench.wire import Wire

_PLANS, _APPLIES = 40, 20
_NAMESPACE = "bench-changes"
_POLICY = """\
unattended:
  - {changes: "*", clusters: ["*"], namespaces: ["*"], risk: high}
settle_seconds: 0
"""


def changes(server: list[str], instance: Instance) -> Iterator[Figure]:
    """Yield the median of plans of a Deployment's patch, and the overhead of applies."""
    _prepare(instance)
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "policy.yaml"
        policy.write_text(_POLICY, encoding="utf-8")
        policy.chmod(0o600)
        for name in ("STATE", "CONFIG"):
            os.environ[f"CLUSTERWRIGHT_{name}_DIR"] = str(Path(folder) / name.lower())
        with Wire([*server, "--access", "write", "--policy", str(policy)]) as wire:
            wire.hello()
            yield Figure("plan_p50_ms", round(_plans(wire), 2), "ms")
            yield Figure("apply_overhead_ms", round(_overhead(wire, instance), 2), "ms")
    instance.kubectl("delete", "namespace", _NAMESPACE)


def _plans(wire: Wire) -> float:
    change = {
        "kind": "patch",
        "object": f"Deployment/{_NAMESPACE}/web",
        "set": {"spec.template.spec.containers[name=app].image": "registry.invalid/app:2"},
    }
    times = [wire.call("k8s_plan_change", changes=[change]).seconds for _ in range(_PLANS)]
    return statistics.median(times) * 1_000


def _overhead(wire: Wire, instance: Instance) -> float:
    """Return the median of an apply's time, less what the API server took for its requests.

    Both writes of an apply, of the object and of the event about it, and all reads are the API
    server's; the rest is ours: the plan worked out again, the store, the journal, the audit.
    """
    times: list[float] = []
    for number in range(_APPLIES):
        change = {
            "kind": "patch",
            "object": f"ConfigMap/{_NAMESPACE}/settings",
            "set": {"data.level": str(number)},
        }
        plan = wire.call("k8s_plan_change", changes=[change]).result["structuredContent"]["plan_id"]
        offset = instance.audit_log.stat().st_size
        took = wire.call("k8s_apply_change", plan_id=plan).seconds
        times.append(took * 1_000 - _served(instance, offset))
    return statistics.median(times)


def _served(instance: Instance, offset: int) -> float:
    """Return the milliseconds in which the API server was at work for us, by its audit log."""
    spans: list[tuple[float, float]] = []
    with instance.audit_log.open("rb") as file:
        file.seek(offset)
        for line in file:
            entry: Manifest = json.loads(line)
            if str(entry.get("userAgent", "")).startswith("clusterwright"):
                spans.append((_at(entry, "requestReceivedTimestamp"), _at(entry, "stageTimestamp")))
    busy, until = 0.0, 0.0
    for begin, end in sorted(spans):  # what ran side by side counts once
        busy += max(0.0, end - max(begin, until))
        until = max(until, end)
    return busy * 1_000


def _at(entry: Manifest, field: str) -> float:
    return datetime.fromisoformat(str(entry[field])).timestamp()


def _prepare(instance: Instance) -> None:
    labels = {"app": "web"}
    objects: list[Manifest] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "settings", "namespace": _NAMESPACE},
            "data": {"level": "none"},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": _NAMESPACE},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "app", "image": "registry.invalid/app:1"}]},
                },
            },
        },
    ]
    listed = {"apiVersion": "v1", "kind": "List", "items": objects}
    instance.kubectl("apply", "-f", "-", stdin=json.dumps(listed))
