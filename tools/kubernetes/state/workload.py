"""The state of what creates pods: how many there are of those wanted."""

from clusterwright.tools.kubernetes.state.state import State
from clusterwright.tools.manifest import Manifest, condition, dig, number, text, truth


def replicas_state(workload: Manifest) -> State:
    """Return the state of a Deployment, StatefulSet, ReplicaSet or ReplicationController."""
    found = dig(workload, "spec", "replicas")
    wanted = found if isinstance(found, int) else 1
    return _compared(number(workload, "status", "readyReplicas"), wanted, workload)


def daemon_state(workload: Manifest) -> State:
    """Return the state of a DaemonSet, which wants one pod on each node that it selects."""
    wanted = number(workload, "status", "desiredNumberScheduled")
    return _compared(number(workload, "status", "numberReady"), wanted, workload)


def job_state(job: Manifest) -> State:
    """Return the state of a Job."""
    found = dig(job, "spec", "completions")
    cells = {"completions": f"{number(job, 'status', 'succeeded')}/{found or 1}"}
    for word, well in (("Failed", False), ("Complete", True), ("Suspended", True)):
        if condition(job, word).get("status") == "True":
            return State(word, well, cells)
    if number(job, "status", "failed") and not number(job, "status", "active"):
        return State("BackingOff", well=False, cells=cells)
    if number(job, "status", "active") > number(job, "status", "ready"):
        return State("Starting", well=False, cells=cells)
    return State("Running", well=True, cells=cells)


def cron_job_state(cron_job: Manifest) -> State:
    """Return the state of a CronJob."""
    cells = {
        "schedule": text(cron_job, "spec", "schedule"),
        "last": text(cron_job, "status", "lastScheduleTime"),
    }
    suspended = truth(cron_job, "spec", "suspend")
    return State("Suspended" if suspended else "Active", well=True, cells=cells)


def _compared(ready: int, wanted: int, workload: Manifest) -> State:
    cells = {"ready": f"{ready}/{wanted}"}
    if wanted == 0:
        return State("ScaledToZero", well=True, cells=cells)
    if number(workload, "status", "observedGeneration") < number(
        workload, "metadata", "generation"
    ):
        return State("Progressing", well=False, cells=cells)
    if ready >= wanted:
        return State("Ready", well=True, cells=cells)
    return State("Degraded" if ready else "Unavailable", well=False, cells=cells)
