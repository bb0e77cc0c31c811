"""What a ServiceMonitor or PodMonitor selects, and what of it is off where that is nothing.

Follows the relabelling that the Prometheus Operator writes, pkg/prometheus/promcfg.go: `port` is a
pattern for the name of a Service's port, `targetPort` for the name or number of a container's port
that the pod declares.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.label_selector import matches, selector_text
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
    texts,
    truth,
)
from clusterwright.tools.prometheus.scraping.difference import nearest
from clusterwright.tools.prometheus.scraping.pattern import pattern
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref, legal
from clusterwright.tools.snapshot import Snapshot

SERVICE_NAME = "kubernetes.io/service-name"
KINDS = ("Service", "Pod", "EndpointSlice", "Namespace")
_FEW = 5

Reason = Literal["namespace", "labels", "port-name", "container-port", "no-endpoints"]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """One endpoint of a monitor from which no target comes, as far as objects tell."""

    monitor: Ref
    endpoint: int
    """Its index in the monitor; -1 where all of them are meant."""
    reason: Reason
    says: str
    nearest: Ref | None = None
    """The object that comes closest, of which one thing is off."""


def unmatched(snapshot: Snapshot, monitor: Manifest, ref: Ref) -> Iterator[Unmatched]:
    """Yield the endpoints of a ServiceMonitor or PodMonitor that select nothing."""
    kind = "Service" if ref.kind == "ServiceMonitor" else "Pod"
    if not snapshot.was_read(kind):
        return
    selector = mapping(monitor, "spec", "selector")
    inside = list(in_reach(snapshot, monitor, kind))
    chosen = [one for one in inside if matches(selector, labels_of(one))]
    if not chosen:
        yield _nothing(snapshot, selector, kind, ref, inside, monitor)
    elif kind == "Service":
        yield from _services(snapshot, monitor, ref, chosen)
    else:
        for index, endpoint in enumerate(items(monitor, "spec", "podMetricsEndpoints")):
            wanted = _container_port(endpoint) or ("name", text(endpoint, "port"))
            yield from _container(ref, index, wanted, chosen)


def in_reach(snapshot: Snapshot, monitor: Manifest, kind: str) -> Iterator[Manifest]:
    """Yield the objects of a kind in the namespaces that a monitor looks in."""
    if truth(monitor, "spec", "namespaceSelector", "any"):
        yield from snapshot.of_kind(kind)
        return
    named = texts(monitor, "spec", "namespaceSelector", "matchNames")
    for namespace in dict.fromkeys(named or [namespace_of(monitor)]):
        yield from snapshot.in_namespace(kind, namespace)


def _nothing(
    snapshot: Snapshot,
    selector: Manifest,
    kind: str,
    ref: Ref,
    inside: Sequence[Manifest],
    monitor: Manifest,
) -> Unmatched:
    """Say why no object is selected: it is in another namespace, or a label is off."""
    asked = _asked(selector) or "everything"
    named = texts(monitor, "spec", "namespaceSelector", "matchNames") or [ref.namespace]
    places = ", ".join(named[:_FEW])
    elsewhere = [one for one in snapshot.of_kind(kind) if matches(selector, labels_of(one))]
    if elsewhere and selector:
        found = _ref(elsewhere[0], kind)
        says = f"it looks for {asked} in {places}, and {found} is in another namespace"
        return Unmatched(ref, -1, "namespace", says, found)
    near = nearest(selector, inside) or nearest(selector, snapshot.of_kind(kind))
    if near is None:
        return Unmatched(ref, -1, "labels", f"no {kind} in {places} has {asked}, nor any of it")
    found = _ref(near.manifest, kind)
    says = f"no {kind} has {asked}; of the nearest, {found}, it wants {' and '.join(near.misses)}"
    return Unmatched(ref, -1, "labels", says, found)


def _services(
    snapshot: Snapshot, monitor: Manifest, ref: Ref, chosen: Sequence[Manifest]
) -> Iterator[Unmatched]:
    if snapshot.was_read("EndpointSlice"):
        filled = [one for one in chosen if _addresses(snapshot, one)]
        if not filled:
            yield _empty(snapshot, chosen[0], ref)
            return
        chosen = filled
    for index, endpoint in enumerate(items(monitor, "spec", "endpoints")):
        name = text(endpoint, "port")
        wanted = _container_port(endpoint)
        if name:
            yield from _service_port(snapshot, ref, index, name, chosen)
        elif wanted and snapshot.was_read("Pod"):
            pods = [pod for one in chosen for pod in _behind(snapshot, one)]
            yield from _container(ref, index, wanted, pods)


def _service_port(
    snapshot: Snapshot, ref: Ref, index: int, name: str, chosen: Sequence[Manifest]
) -> Iterator[Unmatched]:
    names = {port for one in chosen for port in _port_names(snapshot, one)}
    if any(pattern(name).matches(port) is not False for port in names):
        return
    service = _ref(chosen[0], "Service")
    has = ", ".join(sorted(filter(None, names))[:_FEW])
    numbers = {str(port.get("port")) for one in chosen for port in items(one, "spec", "ports")}
    if name in numbers:
        says = f"port {_named(name)} must be the name of a port of {service}, not its number"
    elif not has:
        says = f"port {_named(name)} is a name, and the port of {service} has none"
    else:
        says = f"{service} has no port named {_named(name)}"
    yield Unmatched(ref, index, "port-name", f"{says}; it has {has}" if has else says, service)


def _container(
    ref: Ref, index: int, wanted: tuple[str, str], pods: Sequence[Manifest]
) -> Iterator[Unmatched]:
    """Judge a port of containers by its name or number; one that is not declared is not found."""
    key, value = wanted
    ports = [port for pod in pods for port in container_ports(pod)]
    field = "name" if key == "name" else "containerPort"
    found = {str(port.get(field, "")) for port in ports}
    if not value or not pods or any(pattern(value).matches(one) is not False for one in found):
        return
    pod = _ref(pods[0], "Pod")
    has = ", ".join(sorted({f"{p.get('name', '')}={p.get('containerPort')}" for p in ports})[:_FEW])
    says = f"no container of {pod} declares a port of the {key} {_named(value)}"
    says += f"; declared are {has}" if has else "; none is declared"
    yield Unmatched(ref, index, "container-port", says, pod)


def _named(name: str) -> str:
    """Return a port as a monitor spells it, which is any text."""
    shown = word(one_line(name, 80))
    return f"'{name}'" if shown == name else shown


def _asked(selector: Manifest) -> str:
    """Return a selector, in marks where it spells what could be no label."""
    told = one_line(selector_text(selector), 150)
    parts = [part for pair in strings(selector, "matchLabels").items() for part in pair]
    for one in items(selector, "matchExpressions"):
        parts += [text(one, "key"), text(one, "operator"), *texts(one, "values")]
    return told if all(word(part) == part for part in parts) else quoted(told)


def _empty(snapshot: Snapshot, service: Manifest, ref: Ref) -> Unmatched:
    found, selector = _ref(service, "Service"), strings(service, "spec", "selector")
    says = f"{found} has no endpoints"
    if not selector:
        says += ", and no selector that would give it some"
    elif snapshot.was_read("Pod") and not _behind(snapshot, service):
        asked = _asked({"matchLabels": selector})
        near = nearest({"matchLabels": selector}, snapshot.in_namespace("Pod", found.namespace))
        says += f": no pod has {asked}"
        if near:
            says += f"; of {_ref(near.manifest, 'Pod')} it wants {' and '.join(near.misses)}"
    return Unmatched(ref, -1, "no-endpoints", says, found)


def _container_port(endpoint: Manifest) -> tuple[str, str] | None:
    """Return what an endpoint wants of a container's port: (name or number, its value)."""
    number, target = dig(endpoint, "portNumber"), dig(endpoint, "targetPort")
    if text(endpoint, "port"):
        return None
    if isinstance(number, int) and number:
        return ("number", str(number))
    if isinstance(target, int) and target:
        return ("number", str(target))
    return ("name", target) if isinstance(target, str) and target else None


def _addresses(snapshot: Snapshot, service: Manifest) -> bool:
    return any(items(one, "endpoints") for one in _slices(snapshot, service))


def _port_names(snapshot: Snapshot, service: Manifest) -> Iterator[str]:
    slices = _slices(snapshot, service)
    sources: Iterable[Manifest] = (port for one in slices for port in items(one, "ports"))
    for port in sources if slices else items(service, "spec", "ports"):
        yield text(port, "name")


def _slices(snapshot: Snapshot, service: Manifest) -> list[Manifest]:
    wanted = {SERVICE_NAME: name_of(service)}
    return snapshot.selected("EndpointSlice", namespace_of(service), wanted)


def _behind(snapshot: Snapshot, service: Manifest) -> list[Manifest]:
    selector = strings(service, "spec", "selector")
    return snapshot.selected("Pod", namespace_of(service), selector)


def container_ports(pod: Manifest) -> Iterator[Manifest]:
    """Yield the ports that a pod's containers declare."""
    for key in ("containers", "initContainers"):
        for container in items(pod, "spec", key):
            yield from items(container, "ports")


def _ref(one: Manifest, kind: str) -> Ref:
    return legal(kind, name_of(one), namespace_of(one), "v1") or Ref(kind, "?")
