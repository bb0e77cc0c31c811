"""Pods that wait for a ConfigMap, a Secret, or a key of one.

Secrets are never listed or read: what is missing from them is told by the kubelet alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import (
    AbsenceEvidence,
    Edge,
    EventEvidence,
    Evidence,
    Finding,
    Relation,
)
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    containers,
    event_evidence,
    events_of,
    message_of,
    troubled,
)
from clusterwright.tools.kubernetes.analyzers.references import Reference, required
from clusterwright.tools.manifest import mapping, name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_CODES = {
    ("ConfigMap", False): "pod/configmap-missing",
    ("ConfigMap", True): "pod/configmap-key-missing",
    ("Secret", False): "pod/secret-missing",
    ("Secret", True): "pod/secret-key-missing",
}
_KINDS = {"configmap": "ConfigMap", "secret": "Secret"}
_NO_OBJECT = re.compile(r'\b(configmap|secret)s? "([^"]{1,253})" not found', re.IGNORECASE)
_NO_KEY = re.compile(r"couldn't find key (\S{1,253}) in (ConfigMap|Secret) [^/\s]{1,63}/(\S+)")
_NO_ITEM = re.compile(r"references non-existent (config|secret) key: (\S{1,253})")
_NOT_CREATED = frozenset({"ContainerCreating", "PodInitializing"})


@dataclass(frozen=True, slots=True)
class _Missing:
    kind: str
    name: str
    key: str
    evidence: Evidence


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        case = Case(snapshot, pod)
        wanted: list[Reference] | None = None
        seen: set[tuple[str, str, str]] = set()
        for missing in (*_refused(case), *_unmounted(case)):
            wanted = required(pod) if wanted is None else wanted
            identity = (missing.kind, missing.name, missing.key)
            if identity not in seen:
                seen.add(identity)
                yield _suspicion(case, missing, wanted)


def names_reference(message: str) -> bool:
    """Return whether a message of the kubelet names what a pod refers to and what is missing."""
    return any(one.search(message) for one in (_NO_OBJECT, _NO_KEY, _NO_ITEM))


def _refused(case: Case) -> Iterator[_Missing]:
    """Return what the kubelet misses to create a container."""
    for container in containers(case.pod):
        if text(container.waiting, "reason") == "CreateContainerConfigError":
            message = message_of(container.waiting)
            evidence = case.field(container.path("state", "waiting", "message"), message)
            yield from _named(message, evidence)


def _unmounted(case: Case) -> Iterator[_Missing]:
    """Return what the kubelet misses to mount a volume of a pod whose containers wait for it."""
    reasons = {text(container.waiting, "reason") for container in containers(case.pod)}
    if not reasons & _NOT_CREATED or not text(case.pod, "spec", "nodeName"):
        return
    for event in events_of(case.snapshot, case.ref, "FailedMount"):
        message = message_of(event)
        evidence = event_evidence(event, case.ref)
        yield from _named(message, evidence)
        for said in _NO_ITEM.finditer(message):
            kind = "ConfigMap" if said.group(1) == "config" else "Secret"
            for one in required(case.pod):
                if one.kind == kind and one.key == said.group(2):
                    yield _Missing(kind, one.name, one.key, evidence)


def _named(message: str, evidence: Evidence) -> Iterator[_Missing]:
    for said in _NO_OBJECT.finditer(message):
        yield _Missing(_KINDS[said.group(1).lower()], said.group(2), "", evidence)
    for said in _NO_KEY.finditer(message):
        yield _Missing(said.group(2), said.group(3), said.group(1), evidence)


def _suspicion(case: Case, missing: _Missing, wanted: list[Reference]) -> Suspicion:
    namespace = namespace_of(case.pod)
    target = Ref(missing.kind, missing.name, namespace)
    mention = next(
        (
            one
            for one in wanted
            if (one.kind, one.name) == (missing.kind, missing.name)
            and (not missing.key or one.key == missing.key)
        ),
        None,
    )
    near = _hint(case.snapshot, missing, namespace)
    absent = f'{missing.kind} "{missing.name}"'
    if missing.key:
        title = f'{absent} has no key "{missing.key}"' + (f'; it has "{near}"' if near else "")
        fix = f'Add key "{missing.key}" to {absent} in namespace {namespace}, or correct the key.'
    else:
        title = f"{absent} does not exist" + (f'; "{near}" does' if near else "")
        fix = f"Create {absent} in namespace {namespace}, or correct the name."
    evidence: list[Evidence] = [missing.evidence]
    if mention:
        leaf = mention.keyed if missing.key else mention.named
        evidence.append(case.field(f"{mention.path}.{leaf}", missing.key or missing.name))
    finding = case.finding(
        _CODES[missing.kind, bool(missing.key)],
        title,
        tuple(evidence),
        fixes=(fix,),
        relations=(Relation(source=case.subject, edge=Edge.USES, target=target),),
    )
    if missing.kind == "ConfigMap":
        return Suspicion(finding, (ReadRequest(target),))
    # Secrets are not read; an event is some minutes old, and one may have been made since.
    from_event = isinstance(missing.evidence, EventEvidence)
    return Suspicion(finding.model_copy(update={"concluded": from_event}))


def _hint(snapshot: Snapshot, missing: _Missing, namespace: str) -> str:
    if missing.kind != "ConfigMap":
        return ""
    if not missing.key:
        names = (name_of(one) for one in snapshot.in_namespace("ConfigMap", namespace))
        return nearest(missing.name, names)
    found = snapshot.get(Ref("ConfigMap", missing.name, namespace))
    return nearest(missing.key, mapping(found, "data"))


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop what exists by now: the kubelet learns of it only when it tries again."""
    finding = suspicion.finding
    for request in suspicion.requests:
        if not isinstance(request, ReadRequest) or request not in fulfilled.objects:
            continue
        found = fulfilled.objects[request]
        if found is None:
            absent = AbsenceEvidence(ref=request.ref)
            finding = finding.model_copy(update={"evidence": (*finding.evidence, absent)})
        elif finding.code == _CODES["ConfigMap", False] or any(
            f'has no key "{key}"' in finding.title
            for key in (*mapping(found, "data"), *mapping(found, "binaryData"))
        ):
            return None
    return finding


CONFIG_REFERENCES = Analyzer(
    "config-references",
    tuple(_CODES.values()),
    (*KINDS, "ConfigMap"),
    _detect,
    _refine,
)
