"""Edges around what findings are about, which no analyzer needs and a diagnosis does.

Who selects, guards and routes to a workload that is broken; which Service it says it does not
reach; and the GitOps object that it is kept by.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from clusterwright.tools.finding import (
    Edge,
    EventEvidence,
    FieldEvidence,
    Finding,
    LogEvidence,
    Relation,
)
from clusterwright.tools.kubernetes.analyzers import crash_loop, liveness_probe, readiness_probe
from clusterwright.tools.kubernetes.analyzers.ingress import backends
from clusterwright.tools.kubernetes.analyzers.missing_pods import short_of_pods
from clusterwright.tools.kubernetes.analyzers.pod import (
    Container,
    containers,
    troubled,
    workload_of,
)
from clusterwright.tools.kubernetes.analyzers.service import selected_pods, selecting, selector_of
from clusterwright.tools.kubernetes.calls import asked_for, missing, not_reached
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.kubernetes.owners.gitops import argo_cd, flux
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    namespace_of,
    strings,
    text,
    texts,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_MOST = 20
"""Edges told of one object: a hundred callers of a Service say no more than twenty."""
_LONGEST_SETTINGS = 20_000
"""Of a ConfigMap's value, what is read."""
_PROBES = {
    readiness_probe.CODE: ("readinessProbe",),
    liveness_probe.CODE: ("livenessProbe", "startupProbe"),
}

Edges = Mapping[Ref, tuple[Relation, ...]]


def around(snapshot: Snapshot, findings: Iterable[Finding]) -> Edges:
    """Return the edges around the subject of each finding, by the subject."""
    subjects: dict[Ref, dict[Relation, None]] = defaultdict(dict)
    for finding in findings:
        subjects[finding.subject] |= dict.fromkeys(_calls(snapshot, finding))
        subjects[finding.subject] |= dict.fromkeys(_kept_by(snapshot, finding.subject))
    waiting = _Waiting(snapshot)
    needed: dict[Ref, list[Relation]] = defaultdict(list)
    for relation in _towards(snapshot, {ref.namespace for ref in (*subjects, *waiting.calls)}):
        needed[relation.target].append(relation)
    for subject, edges in subjects.items():
        edges.update(dict.fromkeys(needed.get(subject, ())))
        edges.update(waiting.around(subject, edges, needed))
    return {ref: tuple(some)[:_MOST] for ref, some in subjects.items() if some}


class _Waiting:
    """Workloads that wait for a Service, which is no finding for a while."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Take those of a snapshot."""
        self._selected = _by_service(snapshot)
        self.calls: dict[Ref, dict[Ref, None]] = defaultdict(dict)
        """The Services that each waits for."""
        self._callers: dict[Ref, dict[Ref, None]] = defaultdict(dict)
        for caller, service in _waiting(snapshot):
            self.calls[caller][service] = None
            for ref in (service, *self._selected.get(service, ())):
                self._callers[ref][caller] = None

    def around(
        self, subject: Ref, own: Iterable[Relation], needed: Mapping[Ref, Iterable[Relation]]
    ) -> dict[Relation, None]:
        """Return the edges of those that a subject has to do with, twenty or a few more.

        It is one, as where a hundred wait for one Service and each has its own edge; or it needs
        one, by its `own` edges; or one waits for it, or for what does. Budgets and others that
        need one are joined to it as well.
        """
        below = _walk([subject, *(one.target for one in own)], self._needs)
        above = _walk([subject], lambda one: self._callers.get(one, ()))
        edges: dict[Relation, None] = {}
        for caller in chain(below, above):
            if caller in self.calls:
                for service in self.calls[caller]:
                    edges |= dict.fromkeys(_call(caller, service, self._selected))
                edges |= dict.fromkeys(needed.get(caller, ()))
            if len(edges) >= _MOST:
                break
        return edges

    def _needs(self, one: Ref) -> Iterable[Ref]:
        return (*self.calls.get(one, ()), *self._selected.get(one, ()))


def _walk(starts: Iterable[Ref], steps: Callable[[Ref], Iterable[Ref]]) -> Iterator[Ref]:
    """Yield what is reached from some objects, themselves first, the nearest first."""
    found = list(dict.fromkeys(starts))
    reached = set(found)
    for one in found:
        yield one
        new = [ref for ref in dict.fromkeys(steps(one)) if ref not in reached]
        found += new
        reached.update(new)


def _calls(snapshot: Snapshot, finding: Finding) -> Iterator[Relation]:
    """Yield the edges to the Services that the subject of a finding does not reach."""
    selected = _by_service(snapshot)
    for service in dict.fromkeys(_services_of(snapshot, finding)):
        yield from _call(finding.subject, service, selected)


def _call(caller: Ref, service: Ref, selected: Mapping[Ref, tuple[Ref, ...]]) -> Iterator[Relation]:
    yield Relation(source=caller, edge=Edge.ROUTES_TO, target=service)
    for workload in selected.get(service, ()):
        yield Relation(source=service, edge=Edge.SELECTS, target=workload)


def _services_of(snapshot: Snapshot, finding: Finding) -> Iterator[Ref]:
    """Yield the Services that a finding's evidence names, and those that a failing probe asks."""
    logs = set[tuple[Ref, str]]()
    for one in finding.evidence:
        line = one.line if isinstance(one, LogEvidence) else ""
        line = one.message if isinstance(one, EventEvidence) else line
        named = not_reached(snapshot, line, one.ref.namespace)
        if isinstance(one, LogEvidence):
            beside = (one.ref, one.container) in logs
            logs.add((one.ref, one.container))
            named = [ref for ref in named if not beside or _its_own(snapshot, one.ref, ref)]
        yield from named
    for pod in filter(None, map(snapshot.get, finding.members[:1])):
        for container in containers(pod):
            if f"'{container.name}'" in _fields(finding):
                for probe in _probes(finding, container):
                    command = texts(container.spec, probe, "exec", "command")
                    yield from _others(snapshot, pod, command)


def _its_own(snapshot: Snapshot, pod: Ref, service: Ref) -> bool:
    """Tell whether a pod has to do with a Service that only a line beside the telling one names.

    Such a line may quote what somebody outside has sent, and so lead a crash to a Service that
    they have. It is believed of the pod's namespace, and of what the pod itself is told to call.
    """
    if service.namespace == pod.namespace:
        return True
    of = containers(snapshot.get(pod) or {})
    words = [word for one in of for word in _settings(snapshot, pod, one)]
    return service in asked_for(snapshot, words, pod.namespace)


def _settings(snapshot: Snapshot, pod: Ref, container: Container) -> Iterator[str]:
    """Yield what a container is told: its command, its environment, and ConfigMaps that it has."""
    yield from texts(container.spec, "command")
    yield from texts(container.spec, "args")
    environment = items(container.spec, "env")
    for one in environment:
        yield text(one, "value")
    mounted = items(snapshot.get(pod) or {}, "spec", "volumes")
    names = [
        *(text(one, "configMapRef", "name") for one in items(container.spec, "envFrom")),
        *(text(one, "valueFrom", "configMapKeyRef", "name") for one in environment),
        *(text(one, "configMap", "name") for one in mounted),
    ]
    for name in dict.fromkeys(filter(None, names)):
        config = snapshot.get(Ref("ConfigMap", name, pod.namespace))
        for value in strings(config, "data").values():
            yield from value[:_LONGEST_SETTINGS].split()


def _fields(finding: Finding) -> str:
    return " ".join(one.path for one in finding.evidence if isinstance(one, FieldEvidence))


def _probes(finding: Finding, container: Container) -> tuple[str, ...]:
    """Return the probes of a container that fail, or may have: the kubelet does not always say."""
    if finding.code == crash_loop.CODE:
        return ("livenessProbe", "startupProbe") if liveness_probe.told_to(container) else ()
    return _PROBES.get(finding.code, ())


def _others(snapshot: Snapshot, pod: Manifest, words: list[str]) -> Iterator[Ref]:
    """Yield the Services that a command names, but for those of the pod itself."""
    for ref in asked_for(snapshot, words, namespace_of(pod)):
        selector = strings(snapshot.get(ref), "spec", "selector")
        if not (selector and selector.items() <= labels_of(pod).items()):
            yield ref


def _waiting(snapshot: Snapshot) -> Iterator[tuple[Ref, Ref]]:
    """Yield workloads whose pods wait for a Service, by an init container or to be ready."""
    for pod in troubled(snapshot):
        for container in containers(pod):
            words = _waits_with(container)
            gone = missing(snapshot, words, namespace_of(pod))
            for service in (*_others(snapshot, pod, words), *gone):
                yield workload_of(snapshot, pod), service


def _waits_with(container: Container) -> list[str]:
    """Return the command that a pod waits for: of an init container, or of a readiness probe."""
    if not container.init:
        unready = container.running and not container.ready
        return texts(container.spec, "readinessProbe", "exec", "command") if unready else []
    sidecar = text(container.spec, "restartPolicy") == "Always"
    if sidecar or not (container.running or container.waiting):
        return []
    return [*texts(container.spec, "command"), *texts(container.spec, "args")]


def _by_service(snapshot: Snapshot) -> Mapping[Ref, tuple[Ref, ...]]:
    return snapshot.derived(_selected)


def _selected(snapshot: Snapshot) -> Mapping[Ref, tuple[Ref, ...]]:
    """Return the workloads that each Service selects, those that cannot make their pods too."""
    found: dict[Ref, tuple[Ref, ...]] = {}
    for service in selecting(snapshot):
        wanted: Manifest = {"matchLabels": selector_of(service)}
        pods = selected_pods(snapshot, service)
        found[Ref.of(service)] = _workloads(snapshot, pods, namespace_of(service), wanted)
    return found


def _workloads(
    snapshot: Snapshot, pods: Iterable[Manifest], namespace: str, selector: Manifest
) -> tuple[Ref, ...]:
    """Return the workloads of pods, and those that lack pods which a selector would match."""
    found = dict.fromkeys(workload_of(snapshot, pod) for pod in pods)
    for maker in snapshot.derived(_short).get(namespace, ()):
        if matches(selector, strings(maker, "spec", "template", "metadata", "labels")):
            found[workload_of(snapshot, maker)] = None
    return tuple(found)


def _short(snapshot: Snapshot) -> Mapping[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = defaultdict(list)
    for maker in short_of_pods(snapshot):
        found[namespace_of(maker)].append(maker)
    return found


def _towards(snapshot: Snapshot, namespaces: set[str]) -> Iterator[Relation]:
    """Yield the edges from Services, budgets and Ingresses of some namespaces to what they need."""
    for service, workloads in _by_service(snapshot).items():
        for one in workloads if service.namespace in namespaces else ():
            yield Relation(source=service, edge=Edge.SELECTS, target=one)
    for namespace in sorted(namespaces):
        for budget in snapshot.in_namespace("PodDisruptionBudget", namespace):
            selector = mapping(budget, "spec", "selector")
            pods = snapshot.selected("Pod", namespace, strings(selector, "matchLabels"))
            found = (pod for pod in pods if matches(selector, labels_of(pod)))
            for one in _workloads(snapshot, found, namespace, selector):
                yield Relation(source=Ref.of(budget), edge=Edge.SELECTS, target=one)
        for ingress in snapshot.in_namespace("Ingress", namespace):
            names = dict.fromkeys(text(one, "name") for _, one in backends(ingress))
            for service in (Ref("Service", name, namespace) for name in names if name):
                yield Relation(source=Ref.of(ingress), edge=Edge.ROUTES_TO, target=service)


def _kept_by(snapshot: Snapshot, subject: Ref) -> Iterator[Relation]:
    """Yield the edge to the Application, HelmRelease or Kustomization that keeps an object."""
    for claim in _claims(snapshot, subject):
        if claim.ref is not None and claim.ref != subject:
            yield Relation(source=subject, edge=Edge.RELEASED_BY, target=claim.ref)


def with_owner(finding: Finding, snapshot: Snapshot) -> Finding:
    """Return a finding whose first fix says where it belongs, if GitOps keeps the subject."""
    claim = next(iter(_claims(snapshot, finding.subject)), None)
    if claim is None or not finding.fixes:
        return finding
    first, *others = finding.fixes
    told = f"{first} It belongs in {claim.where}."
    return finding.model_copy(update={"fixes": (told, *others)})


def _claims(snapshot: Snapshot, subject: Ref) -> list[Claim]:
    manifest = snapshot.get(subject)
    asked = Question(manifest, None, snapshot) if manifest is not None else None
    return [*argo_cd(asked), *flux(asked)] if asked else []
