"""Ingresses that route to what is not there: a Service, a port of it, a certificate, a class."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.finding import (
    Edge,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import age, title
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

SERVICE = "ingress/service-missing"
PORT = "ingress/port-missing"
CLASS = "ingress/class-missing"

_APPLYING = timedelta(seconds=10)
"""An Ingress may be created a moment before what it routes to."""
_ACTION = "use-annotation"
"""A port that the AWS load balancer controller reads from an annotation; no Service is meant."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for ingress in snapshot.of_kind("Ingress"):
        if age(snapshot, ingress) < _APPLYING or text(ingress, "metadata", "deletionTimestamp"):
            continue
        yield from _class(snapshot, ingress)
        for path, backend in _backends(ingress):
            name = text(backend, "name")
            if not name or text(backend, "port", "name") == _ACTION:
                continue
            ref = Ref("Service", name, namespace_of(ingress))
            service = snapshot.get(ref)
            if service is None:
                yield Suspicion(_without_service(snapshot, ingress, path, ref), (ReadRequest(ref),))
            elif not _serves(service, mapping(backend, "port")):
                yield Suspicion(_without_port(ingress, path, service, mapping(backend, "port")))


def _backends(ingress: Manifest) -> Iterator[tuple[str, Manifest]]:
    """Yield each Service backend with its JSONPath."""
    default = mapping(ingress, "spec", "defaultBackend", "service")
    if default:
        yield "$.spec.defaultBackend.service", default
    for i, rule in enumerate(items(ingress, "spec", "rules")):
        for j, path in enumerate(items(rule, "http", "paths")):
            service = mapping(path, "backend", "service")
            if service:
                yield f"$.spec.rules[{i}].http.paths[{j}].backend.service", service


def _serves(service: Manifest, port: Manifest) -> bool:
    """Return whether a Service has the port, by number or by name."""
    wanted_name, wanted = text(port, "name"), number(port, "number")
    return any(
        text(one, "name") == wanted_name if wanted_name else number(one, "port") == wanted
        for one in items(service, "spec", "ports")
    )


def _without_service(snapshot: Snapshot, ingress: Manifest, path: str, ref: Ref) -> Finding:
    there = [name_of(one) for one in snapshot.in_namespace("Service", ref.namespace)]
    near = nearest(ref.name, there)
    hint = f"; there is {near}" if near else ""
    instead = f"Route to {near}, or create" if near else "Create"
    return _finding(
        ingress,
        SERVICE,
        f'Routes to Service "{ref.name}", which does not exist{hint}',
        FieldEvidence(ref=Ref.of(ingress), path=f"{path}.name", value=ref.name),
        f"{instead} Service {ref.name} in namespace {ref.namespace}.",
        ref,
    )


def _without_port(ingress: Manifest, path: str, service: Manifest, port: Manifest) -> Finding:
    asked = text(port, "name") or str(number(port, "number"))
    field = "name" if text(port, "name") else "number"
    have = ", ".join(_spelled(one) for one in items(service, "spec", "ports")) or "none"
    name = name_of(service)
    return _finding(
        ingress,
        PORT,
        f'Routes to port {asked} of Service "{name}", which has {have}',
        FieldEvidence(ref=Ref.of(ingress), path=f"{path}.port.{field}", value=asked),
        f"Route to a port that Service {name} has, or give it port {asked}.",
        Ref.of(service),
    )


def _spelled(port: Manifest) -> str:
    name = text(port, "name")
    return f"{number(port, 'port')} ({name})" if name else str(number(port, "port"))


def _class(snapshot: Snapshot, ingress: Manifest) -> Iterator[Suspicion]:
    name = text(ingress, "spec", "ingressClassName")
    ref = Ref("IngressClass", name) if name else None
    if ref is None or not snapshot.was_read("IngressClass") or snapshot.get(ref) is not None:
        return
    if items(ingress, "status", "loadBalancer", "ingress"):
        return  # a controller that knows its class by name has taken it up
    there = [name_of(one) for one in snapshot.of_kind("IngressClass")]
    have = f"; there is {', '.join(sorted(there)[:3])}" if there else ""
    finding = _finding(
        ingress,
        CLASS,
        f'IngressClass "{name}" does not exist, and no controller takes this Ingress up{have}',
        FieldEvidence(ref=Ref.of(ingress), path="$.spec.ingressClassName", value=name),
        f"Name an IngressClass that exists, or install the controller of {name}.",
        ref,
    )
    yield Suspicion(finding, (ReadRequest(ref),))


def _finding(
    ingress: Manifest, code: str, sentence: str, evidence: FieldEvidence, fix: str, target: Ref
) -> Finding:
    ref = Ref.of(ingress)
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=ref,
        title=title(sentence),
        evidence=(evidence,),
        relations=(Relation(source=ref, edge=Edge.ROUTES_TO, target=target),),
        fixes=(fix,),
    )


INGRESS = Analyzer(
    "ingress",
    (SERVICE, PORT, CLASS),
    ("Ingress", "IngressClass", "Service"),
    _detect,
    still_missing,
)
