"""Ingresses that route to a Service that does not exist, or to a port that it does not have."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import (
    AbsenceEvidence,
    Edge,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.ingress import backends, settled
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import (
    Manifest,
    dig,
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

_NGINX = "k8s.io/ingress-nginx"
_ACTION = "use-annotation"
"""A port that the AWS load balancer controller reads from an annotation; no Service is meant."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    if not snapshot.was_read("Service"):
        return
    for ingress in settled(snapshot):
        for path, backend in backends(ingress):
            finding = _judged(snapshot, ingress, path, backend)
            if finding is not None:
                target = finding.relations[0].target
                yield Suspicion(finding, (ReadRequest(target),))


def _judged(snapshot: Snapshot, ingress: Manifest, path: str, backend: Manifest) -> Finding | None:
    name, port = text(backend, "name"), mapping(backend, "port")
    if not name or text(port, "name") == _ACTION:
        return None
    ref = Ref("Service", name, namespace_of(ingress))
    service = snapshot.get(ref)
    if service is None:
        return _without_service(snapshot, ingress, path, ref)
    asked = _asked(port)
    behind = next(_aims_behind(service, asked), None)
    if _serves(service, asked) or (behind is not None and _is_nginx(snapshot, ingress)):
        return None
    return _without_port(ingress, path, service, port, behind)


def _is_nginx(snapshot: Snapshot, ingress: Manifest) -> bool:
    """Return whether it is for ingress-nginx, which takes a targetPort for the port as well.

    Follows serviceEndpoints of ingress-nginx, internal/ingress/controller; others refuse it.
    """
    named = text(ingress, "spec", "ingressClassName")
    classes = [
        one
        for one in snapshot.of_kind("IngressClass")
        if text(one, "spec", "controller") == _NGINX and named in {"", name_of(one)}
    ]
    return bool(classes)


def _asked(port: Manifest) -> str:
    return text(port, "name") or str(number(port, "number"))


def _serves(service: Manifest, asked: str) -> bool:
    """Return whether a Service has the port, by number or by name.

    What is a name elsewhere may declare no ports; controllers then take the number as it is.
    """
    ports = items(service, "spec", "ports")
    if not ports and text(service, "spec", "type") == "ExternalName":
        return True
    return any(asked in {text(one, "name"), str(number(one, "port"))} for one in ports)


def _aims_behind(service: Manifest, asked: str) -> Iterator[Manifest]:
    """Yield the ports of a Service whose targetPort is what the Ingress asks for."""
    for one in items(service, "spec", "ports"):
        if str(dig(one, "targetPort")) == asked:
            yield one


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


def _without_port(
    ingress: Manifest, path: str, service: Manifest, port: Manifest, behind: Manifest | None
) -> Finding:
    asked, name = _asked(port), name_of(service)
    field = "name" if text(port, "name") else "number"
    have = ", ".join(_spelled(one) for one in items(service, "spec", "ports")) or "none"
    fix = f"Route to a port that Service {name} has, or give it port {asked}."
    if behind is not None:
        fix = f"Route to port {_spelled(behind)}: {asked} is the port of the pods behind it."
    return _finding(
        ingress,
        PORT,
        f'Routes to port {asked} of Service "{name}", which has {have}',
        FieldEvidence(ref=Ref.of(ingress), path=f"{path}.port.{field}", value=asked),
        fix,
        Ref.of(service),
    )


def _spelled(port: Manifest) -> str:
    name = text(port, "name")
    return f"{number(port, 'port')} ({name})" if name else str(number(port, "port"))


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


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Keep the finding unless what is missing is there by now."""
    finding = suspicion.finding
    for request in suspicion.requests:
        if not isinstance(request, ReadRequest) or request not in fulfilled.objects:
            continue
        now = fulfilled.objects[request]
        if finding.code == PORT:
            asked = finding.evidence[0]
            served = isinstance(asked, FieldEvidence) and now and _serves(now, asked.value)
            return None if served or now is None else finding  # without it, the next call tells so
        if now is not None:
            return None
        absent = AbsenceEvidence(ref=request.ref)
        return finding.model_copy(update={"evidence": (*finding.evidence, absent)})
    return finding


INGRESS_BACKEND = Analyzer(
    "ingress-backend", (SERVICE, PORT), ("Ingress", "IngressClass", "Service"), _detect, _refine
)
