"""kube_pod_container_* and kube_pod_init_container_*: the containers of pods."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.pods import pod_labels
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.shared import resource_labels
from clusterwright.tools.manifest import Manifest, instant, items, mapping, number, text, truth
from clusterwright.tools.quantity import quantities


def containers(pod: Manifest, out: Exposition) -> None:
    """Add the series of a pod's containers."""
    labels = pod_labels(pod)
    node = labelled(node=text(pod, "spec", "nodeName"))
    for one in items(pod, "spec", "containers"):
        named = f"{labels},{labelled(container=text(one, 'name'))}"
        for what in ("requests", "limits"):
            for resource, amount in quantities(one, "resources", what).items():
                more = ",".join(filter(None, (node, resource_labels(resource))))
                out.add(f"kube_pod_container_resource_{what}", f"{named},{more}", amount)
    for kind, field in (("", "containerStatuses"), ("init_", "initContainerStatuses")):
        for one in items(pod, "status", field):
            named = f"{labels},{labelled(container=text(one, 'name'))}"
            _status(f"kube_pod_{kind}container", one, named, out)


def _status(prefix: str, one: Manifest, labels: str, out: Exposition) -> None:
    image = labelled(image=text(one, "image"), image_id=text(one, "imageID"))
    out.add(f"{prefix}_info", ",".join(filter(None, (labels, image))), 1)
    out.add(f"{prefix}_status_ready", labels, float(truth(one, "ready")))
    restarts = number(one, "restartCount")
    out.add(f"{prefix}_status_restarts_total", labels, restarts, "counter")
    for state in ("running", "waiting", "terminated"):
        out.add(f"{prefix}_status_{state}", labels, float(state in mapping(one, "state")))
    for state in ("waiting", "terminated"):
        if reason := text(one, "state", state, "reason"):
            out.add(f"{prefix}_status_{state}_reason", f"{labels},{labelled(reason=reason)}", 1)
    last = mapping(one, "lastState", "terminated")
    if last:
        reason = labelled(reason=text(last, "reason"))
        out.add(f"{prefix}_status_last_terminated_reason", f"{labels},{reason}", 1)
        code = number(last, "exitCode")
        out.add(f"{prefix}_status_last_terminated_exitcode", labels, code)
    started = instant(one, "state", "running", "startedAt")
    if started:
        out.add(f"{prefix}_state_started", labels, started.timestamp())
