"""Probes that ask a port which their container does not serve: ask the one that it declares."""

from collections.abc import Iterator

from clusterwright.tools.finding import Finding, Remedy
from clusterwright.tools.kubernetes.remedies.remedy import container_of, in_template, patch
from clusterwright.tools.manifest import Json, items, mapping, number, text
from clusterwright.tools.snapshot import Snapshot

_ACTIONS = ("httpGet", "tcpSocket", "grpc")
_PROBES = {
    "pod/liveness-probe-failing": ("livenessProbe", "startupProbe"),
    "pod/readiness-probe-failing": ("readinessProbe",),
}


def probe_port(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the only declared port for a probe whose port the container does not declare.

    All probes of the container that ask the wrong port are corrected together: otherwise the next
    one fails.
    """
    pod = next((found for ref in finding.members if (found := snapshot.get(ref))), None)
    name = container_of(finding)
    own = [one for one in items(pod, "spec", "containers") if text(one, "name") == name]
    declared = [port for one in own for port in items(one, "ports")]
    if len(declared) != 1:
        return
    (container,), right = own, declared[0]
    fields: dict[str, Json] = {}
    known = {str(number(right, "containerPort")), text(right, "name")}
    kinds = ("livenessProbe", "readinessProbe", "startupProbe")
    for probe in kinds:
        for action in _ACTIONS:
            asked = mapping(container, probe, action)
            port = text(asked, "port") or str(number(asked, "port"))
            path = f"$.spec.containers[?(@.name=='{name}')].{probe}.{action}.port"
            field = in_template(finding.subject, path)
            if asked and port not in known and field is not None:
                fields[field] = number(right, "containerPort")
    if any(f".{probe}." in field for field in fields for probe in _PROBES[finding.code]):
        yield Remedy(
            say=f"probe port {number(right, 'containerPort')}, the one that the container declares",
            changes=(patch(finding.subject, fields),),
        )
