"""Services that send to a port which their pods do not have."""

from collections.abc import Iterable

from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import title, workload_of
from clusterwright.tools.manifest import Manifest, instant, items, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "service/target-port-mismatch"


def mismatch(snapshot: Snapshot, service: Manifest, pods: list[Manifest]) -> Finding | None:
    """Return a finding when no pod has a port that the Service sends to.

    A name must be declared. A number need not be: it counts as wrong only when it is undeclared
    while a declared port is the target of none of the Service's ports. A headless Service has no
    target ports: clients connect to the pods themselves.
    """
    if text(service, "spec", "clusterIP") == "None":
        return None
    declared = [port for pod in pods for port in _declared(pod)]
    names = {text(port, "name") for port in declared} - {""}
    numbers = {number(port, "containerPort") for port in declared} - {0}
    ports = items(service, "spec", "ports")
    targeted = {_target(port) for port in ports}
    for position, port in enumerate(ports):
        target = _target(port)
        if isinstance(target, str):
            wrong = target not in names
        else:
            spare = {
                text(one, "name")
                for one in declared
                if number(one, "containerPort") not in targeted
                and text(one, "name") not in targeted
            }
            wrong = bool(numbers) and target not in numbers and bool(spare)
        if wrong:
            return _finding(snapshot, service, pods, position, _spelled(declared))
    return None


def _finding(
    snapshot: Snapshot, service: Manifest, pods: list[Manifest], position: int, has: str
) -> Finding:
    ref, port = Ref.of(service), items(service, "spec", "ports")[position]
    target = _target(port)
    what = f'named "{target}"' if isinstance(target, str) else str(target)
    workloads = dict.fromkeys(workload_of(snapshot, pod) for pod in pods)
    sentence = f"Port {number(port, 'port')} sends to port {what}; the pods declare {has or 'none'}"
    return Finding(
        code=CODE,
        severity=Severity.CRITICAL,
        subject=ref,
        title=title(sentence),
        evidence=(
            FieldEvidence(ref=ref, path=f"$.spec.ports[{position}].targetPort", value=str(target)),
            FieldEvidence(
                ref=Ref.of(pods[0]), path="$.spec.containers[*].ports", value=has or "none"
            ),
        ),
        since=instant(service, "metadata", "creationTimestamp"),
        relations=tuple(
            Relation(source=ref, edge=Edge.SELECTS, target=workload) for workload in workloads
        ),
        fixes=(
            f"Set targetPort of port {number(port, 'port')} to what the pods serve"
            + (f" ({has})." if has else ", or declare it in the pod template."),
        ),
    )


def _declared(pod: Manifest) -> Iterable[Manifest]:
    for group in ("containers", "initContainers"):
        for container in items(pod, "spec", group):
            yield from items(container, "ports")


def _target(port: Manifest) -> int | str:
    return text(port, "targetPort") or number(port, "targetPort") or number(port, "port")


def _spelled(declared: list[Manifest]) -> str:
    found = (
        f"{number(port, 'containerPort')} ({text(port, 'name')})"
        if text(port, "name")
        else str(number(port, "containerPort"))
        for port in declared
    )
    return ", ".join(dict.fromkeys(found))
