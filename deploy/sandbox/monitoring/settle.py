"""The wait until a freshly started sandbox is really monitored: each job's targets were scraped."""

import json
import time
import urllib.error
import urllib.request

from clusterwright.deploy.sandbox.parts.report import Report, reporting
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.instance import Instance
from clusterwright.tools.manifest import Manifest, items, strings, text

JOBS = frozenset(
    {
        "alertmanager-main",
        "apiserver",
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
_PATIENCE, _PAUSE = 60.0, 0.3


def settle_monitoring(instance: Instance, report: Report) -> None:
    """Wait until a target of every job answers, and each was asked.

    Targets of others may be down: the sandbox may run since long, with much that is wrong in it.
    """
    with reporting(report, "targets") as note:
        deadline = time.monotonic() + _PATIENCE
        while missing := _missing(instance):
            if time.monotonic() > deadline:
                raise StartError(
                    f"after {_PATIENCE:.0f} s: {missing}", hint="see `clusterwright sandbox logs`"
                )
            note(missing)
            time.sleep(_PAUSE)


def _missing(instance: Instance) -> str:
    """Return what is not yet as it should be, or nothing."""
    try:
        url = f"{instance.prometheus_url}/api/v1/targets?state=active"
        with urllib.request.urlopen(url, timeout=5) as answer:
            targets = items(json.load(answer), "data", "activeTargets")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"Prometheus: {error}"
    ours = [one for one in targets if _job(one) in JOBS]
    if without := sorted(JOBS - {_job(one) for one in ours if text(one, "health") == "up"}):
        return f"no target answers of {', '.join(without)}"
    unknown = sorted(text(one, "scrapePool") for one in ours if text(one, "health") == "unknown")
    return f"not scraped: {', '.join(unknown)}" if unknown else ""


def _job(target: Manifest) -> str:
    return strings(target, "labels").get("job", "")
