"""Whether a workload is as Helm's `--wait` wants it, by its status alone."""

from clusterwright.tools.manifest import Manifest, condition, dig, number, text


def ready(manifest: Manifest | None) -> bool:
    """Return whether a workload is ready (helm/helm, pkg/kube/ready.go); other kinds always are."""
    if manifest is None:
        return False
    kind = text(manifest, "kind")
    if kind in {"Pod", "Job"}:
        well = "Complete" if kind == "Job" else "Ready"
        return condition(manifest, well).get("status") == "True"
    have, want = _counts(manifest, kind)
    seen = number(manifest, "status", "observedGeneration")
    return seen >= number(manifest, "metadata", "generation") and have >= want


def _counts(manifest: Manifest, kind: str) -> tuple[int, int]:
    """Return how many replicas are ready, and how many should be."""
    asked = dig(manifest, "spec", "replicas")
    wanted = asked if isinstance(asked, int) else 1
    status = {
        one: number(manifest, "status", one)
        for one in (
            *("updatedReplicas", "availableReplicas", "readyReplicas"),
            *("numberReady", "desiredNumberScheduled"),
        )
    }
    match kind:
        case "Deployment":
            return min(status["updatedReplicas"], status["availableReplicas"]), wanted
        case "StatefulSet":
            return status["readyReplicas"], wanted
        case "DaemonSet":
            return status["numberReady"], status["desiredNumberScheduled"]
        case _:
            return 0, 0
