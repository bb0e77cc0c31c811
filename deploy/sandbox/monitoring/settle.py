"""The wait until a freshly started sandbox is really monitored: each job's targets were scraped."""

import json
import time
import urllib.error
import urllib.request

from clusterwright.deploy.sandbox.parts.report import Report, reporting
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.instance import Instance
from clusterwright.tools.manifest import items, strings, text

JOBS = frozenset(
    {
        "alertmanager-main",
        "etcd",
        "kube-controller-manager",
        "kube-scheduler",
        "kube-state-metrics",
        "kubelet",
        "nvidia-dcgm-exporter",
        "prometheus-k8s",
        "prometheus-operator",
    }
)
"""Everywhere; what only a node has is added where there is one."""
NODE_JOBS = frozenset({"apiserver"})
_PATIENCE, _PAUSE = 60.0, 0.3


def settle_monitoring(instance: Instance, report: Report) -> None:
    """Wait until every job has targets, and none that was not scraped."""
    wanted = JOBS | NODE_JOBS if instance.has_node else JOBS
    with reporting(report, "targets") as note:
        deadline = time.monotonic() + _PATIENCE
        while missing := _missing(instance, wanted):
            if time.monotonic() > deadline:
                raise StartError(
                    f"after {_PATIENCE:.0f} s: {missing}", hint="see `clusterwright sandbox logs`"
                )
            note(missing)
            time.sleep(_PAUSE)


def _missing(instance: Instance, wanted: frozenset[str]) -> str:
    """Return what is not yet as it should be, or nothing."""
    try:
        url = f"{instance.prometheus_url}/api/v1/targets?state=active"
        with urllib.request.urlopen(url, timeout=5) as answer:
            targets = items(json.load(answer), "data", "activeTargets")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"Prometheus: {error}"
    found = {strings(one, "labels").get("job", ""): one for one in targets}
    if without := sorted(wanted - found.keys()):
        return f"no target of {', '.join(without)}"
    unknown = sorted(text(one, "scrapePool") for one in targets if text(one, "health") != "up")
    return f"not scraped: {', '.join(unknown)}" if unknown else ""
