"""Services and Ingresses that lead nowhere: aim them at what is there."""

import re
from collections.abc import Iterator

from clusterwright.tools.finding import FieldEvidence, Finding, Remedy
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.remedies.remedy import field_evidence, field_of, patch
from clusterwright.tools.manifest import items, name_of, number, strings, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_PORT = re.compile(r"port=(\d+)\]")


def selector(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the selector that the nearest workload's pods match."""
    service = snapshot.get(finding.subject)
    kin = snapshot.get(finding.relations[0].target) if finding.relations else None
    if service is None or kin is None:
        return
    labels = strings(kin, "metadata", "labels")
    if text(kin, "kind") != "Pod":
        labels = strings(kin, "spec", "template", "metadata", "labels")
    asked = strings(service, "spec", "selector")
    fields = {
        f"spec.selector['{key}']": labels.get(key)
        for key, value in asked.items()
        if labels.get(key) != value
    }
    for key, value in asked.items():  # the same value under another key
        renamed = [k for k, v in labels.items() if v == value and k not in asked]
        if labels.get(key) != value and key not in labels and renamed:
            fields[f"spec.selector['{min(renamed)}']"] = value
    if not any(fields.values()):
        return
    who = f"{text(kin, 'kind')} {name_of(kin)}"
    yield Remedy(
        say=f"select the labels that pods of {who} have", changes=(patch(finding.subject, fields),)
    )


def target_port(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the one port that the pods declare as targetPort."""
    evidence = field_evidence(finding, ".targetPort")
    pod = next((snapshot.get(one.ref) for one in finding.evidence if _of_pod(one)), None)
    if evidence is None or pod is None:
        return
    ports = [
        port for container in items(pod, "spec", "containers") for port in items(container, "ports")
    ]
    if len(ports) != 1:
        return
    right = text(ports[0], "name") or number(ports[0], "containerPort")
    fields = {field_of(evidence.path): right}
    yield Remedy(
        say=f"send traffic to port {right}, which the pods declare",
        changes=(patch(finding.subject, fields),),
    )


def _of_pod(evidence: object) -> bool:
    return isinstance(evidence, FieldEvidence) and evidence.ref.kind == "Pod"


def ingress_service(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the Service of the Ingress's own name, else of the nearest, as the backend."""
    evidence = field_evidence(finding, ".name")
    if evidence is None:
        return
    own = finding.subject.name  # as mostly, an Ingress is called what it leads to
    there = [name_of(o) for o in snapshot.in_namespace("Service", finding.subject.namespace)]
    near = own if own in there else nearest(evidence.value, there)
    if near:
        fields = {field_of(evidence.path): near}
        yield Remedy(say=f"route to Service {near}", changes=(patch(finding.subject, fields),))


def ingress_port(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the one port that the Service has; or that name for the Service's one port."""
    evidence = finding.evidence[0]
    service = snapshot.get(finding.relations[0].target) if finding.relations else None
    if service is None or not isinstance(evidence, FieldEvidence):
        return
    ports = items(service, "spec", "ports")
    if len(ports) != 1:
        return
    name, value = text(ports[0], "name"), number(ports[0], "port")
    base = field_of(evidence.path).rpartition(".")[0]
    wanted = {f"{base}.name": name, f"{base}.number": None} if name else {}
    if not name:
        wanted = {f"{base}.number": value, f"{base}.name": None}
    yield Remedy(
        say=f"route to port {name or value} of {Ref.of(service)}",
        changes=(patch(finding.subject, wanted),),
    )
    if evidence.path.endswith(".name"):
        yield Remedy(
            say=f"name the port of {Ref.of(service)} as the Ingress calls it",
            changes=(patch(Ref.of(service), {f"spec.ports[port={value}].name": evidence.value}),),
        )
