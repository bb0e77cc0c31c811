"""kube_job_* and kube_cronjob_*."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.shared import (
    counted,
    created,
    owners,
)
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    items,
    name_of,
    namespace_of,
    number,
    text,
    truth,
)

_FAILURES = ("BackoffLimitExceeded", "DeadlineExceeded", "Evicted")


def job(one: Manifest, out: Exposition) -> None:
    """Add the series of a Job."""
    labels = labelled(namespace=namespace_of(one), job_name=name_of(one))
    out.add("kube_job_info", labels, 1)
    created("kube_job_created", one, labels, out)
    owners("kube_job_owner", one, labels, out)
    fields = {
        "kube_job_spec_parallelism": ("spec", "parallelism"),
        "kube_job_spec_completions": ("spec", "completions"),
        "kube_job_status_active": ("status", "active"),
        "kube_job_status_succeeded": ("status", "succeeded"),
    }
    counted(one, labels, out, fields)
    if dig(one, "spec", "activeDeadlineSeconds") is not None:
        seconds = number(one, "spec", "activeDeadlineSeconds")
        out.add("kube_job_spec_active_deadline_seconds", labels, seconds)
    for path in ("startTime", "completionTime"):
        if when := instant(one, "status", path):
            name = "start_time" if path == "startTime" else "completion_time"
            out.add(f"kube_job_status_{name}", labels, when.timestamp())
    _ended(one, labels, out)


def _ended(one: Manifest, labels: str, out: Exposition) -> None:
    held = {text(c, "type"): c for c in items(one, "status", "conditions") if _is_true(c)}
    for condition, metric in (("Complete", "complete"), ("Failed", "failed")):
        if condition in held:
            out.choice(
                f"kube_job_{metric}",
                labels,
                "condition",
                {"true": True, "false": False, "unknown": False},
            )
    failed = number(one, "status", "failed")
    reason = text(held.get("Failed", {}), "reason")
    if reason:
        chosen = {one: one == reason for one in _FAILURES}
        out.choice("kube_job_status_failed", labels, "reason", chosen)
    else:
        out.add("kube_job_status_failed", labels, failed)


def _is_true(condition: Manifest) -> bool:
    return text(condition, "status") == "True"


def cron_job(one: Manifest, out: Exposition) -> None:
    """Add the series of a CronJob."""
    labels = labelled(namespace=namespace_of(one), cronjob=name_of(one))
    info = labelled(
        schedule=text(one, "spec", "schedule"),
        concurrency_policy=text(one, "spec", "concurrencyPolicy"),
    )
    out.add("kube_cronjob_info", f"{labels},{info}", 1)
    created("kube_cronjob_created", one, labels, out)
    out.add("kube_cronjob_spec_suspend", labels, float(truth(one, "spec", "suspend")))
    out.add("kube_cronjob_status_active", labels, len(items(one, "status", "active")))
    for path, name in (("lastScheduleTime", "schedule"), ("lastSuccessfulTime", "successful")):
        if when := instant(one, "status", path):
            out.add(f"kube_cronjob_status_last_{name}_time", labels, when.timestamp())
