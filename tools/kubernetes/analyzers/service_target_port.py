"""Services that send traffic to a port on which their pods do not listen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.kubernetes.analyzers.pod import title, workload_of
from clusterwright.tools.kubernetes.analyzers.service import (
    KINDS,
    is_headless,
    selected_pods,
    selecting,
    selects,
)
from clusterwright.tools.manifest import Manifest, dig, items, mapping, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "service/target-port-mismatch"

_ASIDE = re.compile(r"metric|prom|admin|debug|health|probe|status", re.IGNORECASE)
"""Ports beside those that a program is there for."""
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


@dataclass(frozen=True, slots=True)
class _Declared:
    """A port of a container."""

    name: str
    number: int
    protocol: str


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for service in selecting(snapshot):
        if is_headless(service):
            continue
        pods = selected_pods(snapshot, service)
        ports = items(service, "spec", "ports")
        if all(_is_declared(port, _declared(pod)) for pod in pods[:1] for port in ports):
            continue  # as nearly always: no need to look at the other pods
        declared = {port for pod in pods for port in _declared(pod)}
        open_ = not declared or any(map(_may_listen, pods))
        if open_ or any(_is_declared(port, declared) for port in ports):
            # Containers may listen on what they do not declare. With one port that is right, the
            # others are more likely undeclared than wrong; a missing name is wrong in any case.
            ports = [port for port in ports if _is_named(port)]
        for port in ports:
            if pods and not _is_declared(port, declared) and not _is_probed(port, pods):
                yield Suspicion(_finding(snapshot, service, port, pods, declared))
                break


def _declared(pod: Manifest) -> list[_Declared]:
    return [
        _Declared(text(one, "name"), number(one, "containerPort"), _protocol(one))
        for field in ("containers", "initContainers")
        for container in items(pod, "spec", field)
        for one in items(container, "ports")
    ]


def _may_listen(pod: Manifest) -> bool:
    """Return whether a container declares nothing of what it serves, beside others that do.

    So it is where a mesh has put its proxy beside the program, or where only metrics are declared.
    """
    return any(
        all(_ASIDE.search(text(port, "name")) for port in items(container, "ports"))
        for container in items(pod, "spec", "containers")
    )


def _protocol(port: Manifest) -> str:
    return text(port, "protocol") or "TCP"


def _target(port: Manifest) -> str | int:
    """Return targetPort, which is the port itself where it is not given."""
    target = dig(port, "targetPort")
    if isinstance(target, str) and target and not target.isdigit():
        return target
    return int(target) if target and str(target).isdigit() else number(port, "port")


def _is_named(port: Manifest) -> bool:
    return isinstance(_target(port), str)


def _is_declared(port: Manifest, declared: Iterable[_Declared]) -> bool:
    target, protocol = _target(port), _protocol(port)
    return any(
        protocol == one.protocol and target == (one.name if isinstance(target, str) else one.number)
        for one in declared
    )


def _is_probed(port: Manifest, pods: list[Manifest]) -> bool:
    """Return whether a probe asks that number: then something is meant to listen there."""
    target = _target(port)
    return any(
        dig(mapping(container, probe), how, "port") == target
        for pod in pods[:1]
        for container in items(pod, "spec", "containers")
        for probe in _PROBES
        for how in ("httpGet", "tcpSocket", "grpc")
    ) and isinstance(target, int)


def _finding(
    snapshot: Snapshot,
    service: Manifest,
    port: Manifest,
    pods: list[Manifest],
    declared: Iterable[_Declared],
) -> Finding:
    ref, target = Ref.of(service), _target(port)
    known = sorted(declared, key=lambda one: (one.number, one.name))
    spelled = ", ".join(_spelled(one) for one in known[:3])
    listens = f"declare {spelled}" if known else "declare no port"
    workload = workload_of(snapshot, pods[0])
    named = isinstance(target, str)
    aimed = f'port name "{target}"' if named else f"port {target}"
    sentence = f"Targets {aimed}, but pods of {workload.kind} {workload.name} {listens}"
    if any(one.number == target for one in known):
        sentence = f"Targets port {target} by {_protocol(port)}, but the pods declare {spelled}"
    right = str(known[0].name or known[0].number) if len(known) == 1 else "a port of the pods"
    asked = FieldEvidence(
        ref=ref,
        path=f"$.spec.ports[?(@.port=={number(port, 'port')})].targetPort",
        value=str(target),
    )
    found = FieldEvidence(
        ref=Ref.of(pods[0]), path="$.spec.containers[*].ports", value=spelled or "none"
    )
    return Finding(
        code=CODE,
        severity=Severity.CRITICAL if named else Severity.WARNING,
        subject=ref,
        title=title(sentence),
        evidence=(asked, found),
        relations=selects(snapshot, service, pods),
        concluded=not named,  # a program may listen where it does not say so
        fixes=(f"Set targetPort of port {number(port, 'port')} to {right}.",),
    )


def _spelled(port: _Declared) -> str:
    named = f"{port.name} {port.number}" if port.name else str(port.number)
    return named if port.protocol == "TCP" else f"{named}/{port.protocol}"


SERVICE_TARGET_PORT = Analyzer("service-target-port", (CODE,), KINDS, _detect)
