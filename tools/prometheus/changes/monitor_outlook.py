"""What a monitor would select: Services or Pods, their ports, and how many targets come of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.errors import ConflictError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    text,
    texts,
    truth,
)
from clusterwright.tools.prometheus.changes.rule_home import GROUP
from clusterwright.tools.prometheus.scraping.matched import SERVICE_NAME, Unmatched, unmatched
from clusterwright.tools.prometheus.scraping.selected import PROMETHEUS, why_not
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
POOLS = {"ServiceMonitor": "serviceMonitor", "PodMonitor": "podMonitor"}
EVERYWHERE = "*"
_DISCOVERED = {
    "ServiceMonitor": ("service", ("endpointslice_port_name", "endpoint_port_name")),
    "PodMonitor": ("pod", ("pod_container_port_name",)),
}
_ODD, _NAME = re.compile(r"[^a-zA-Z0-9_]"), re.compile(r"[a-z0-9-]+\Z")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class MonitorOutlook:
    """What surrounds a monitor."""

    around: Snapshot
    """Services, Pods and EndpointSlices of the namespaces in reach; every Prometheus."""
    backend: str


def outlook_of(scene: Scene, ref: Ref) -> MonitorOutlook:
    """Return what the survey found for a change of a monitor."""
    found = scene.prepared.get(ref)
    if not isinstance(found, MonitorOutlook):
        raise ConflictError(f"nothing is known of {ref}", hint="this is a fault of ours")
    return found


def reach_of(monitor: Manifest) -> tuple[str, ...] | None:
    """Return the namespaces that a monitor looks in; None: all."""
    if truth(monitor, "spec", "namespaceSelector", "any"):
        return None
    named = texts(monitor, "spec", "namespaceSelector", "matchNames")
    return tuple(dict.fromkeys(named)) or (namespace_of(monitor),)


def chosen(found: MonitorOutlook, monitor: Manifest, ref: Ref) -> list[Manifest]:
    """Return the Services, or the Pods, that a monitor selects."""
    kind = "Service" if ref.kind == "ServiceMonitor" else "Pod"
    namespaces, selector = reach_of(monitor), mapping(monitor, "spec", "selector")
    return [
        one
        for one in found.around.of_kind(kind)
        if (namespaces is None or namespace_of(one) in namespaces)
        and matches(selector, labels_of(one))
    ]


def misses(found: MonitorOutlook, monitor: Manifest, ref: Ref) -> list[Unmatched]:
    """Return the endpoints from which no target would come, with why."""
    return list(unmatched(found.around, monitor, ref))


def told(found: MonitorOutlook, monitor: Manifest, ref: Ref) -> str:
    """Return what a monitor would select, in a line."""
    selected = chosen(found, monitor, ref)
    if not selected:
        return f"it would select no {'Service' if ref.kind == 'ServiceMonitor' else 'Pod'}"
    names = [f"{namespace_of(one)}/{name_of(one)}" for one in selected]
    kind = "Service" if ref.kind == "ServiceMonitor" else "Pod"
    many = f"{len(selected)} {kind}{'s' if len(selected) > 1 else ''}"
    ports = "; ".join(_ports(found, monitor, ref, selected))
    return one_line(f"it would select {many}: {few(names, _SHOWN)}; {ports}", 900)


def _ports(
    found: MonitorOutlook, monitor: Manifest, ref: Ref, selected: list[Manifest]
) -> Iterator[str]:
    off = {one.endpoint: one for one in misses(found, monitor, ref)}
    for index, endpoint in enumerate(items(monitor, "spec", ENDPOINTS[ref.kind])):
        port = port_of(endpoint)
        if missed := off.get(index, off.get(-1)):
            yield f"endpoint {index} (port {port}): none, {missed.says}"
        elif ref.kind == "ServiceMonitor":
            many = sum(_addresses(found.around, one) for one in selected)
            yield f"endpoint {index} (port {port}): {many} address{'es' * (many != 1)}"
        else:
            many = len(selected)
            yield f"endpoint {index} (port {port}): {many} pod{'s' * (many != 1)}"


def discovered(
    kind: str,
    selector: Mapping[str, str | None],
    namespaces: Sequence[str] | None,
    port: str | None,
) -> dict[str, list[str]]:
    """Return the labels that the targets of a monitor so changed are discovered with.

    Where several names are joined by `|`, one of them is there: it depends on the role that the
    operator chose. Source: Prometheus, discovery/kubernetes, roles endpointslice, endpoints and
    pod; strutil.SanitizeLabelName.
    """
    of, at = _DISCOVERED[kind]
    wanted = {
        f"__meta_kubernetes_{of}_label_{_ODD.sub('_', key)}": [value]
        for key, value in selector.items()
        if value is not None
    }
    if namespaces and EVERYWHERE not in namespaces:
        wanted["__meta_kubernetes_namespace"] = list(namespaces)
    if port and _NAME.match(port):  # else it is a pattern
        wanted["|".join(f"__meta_kubernetes_{one}" for one in at)] = [port]
    return wanted


def port_of(endpoint: Manifest) -> str:
    """Return the port of an endpoint as a monitor spells it, which is any text."""
    spelled = text(endpoint, "port") or str(endpoint.get("targetPort", "?"))
    return word(one_line(spelled, 80))


def _addresses(around: Snapshot, service: Manifest) -> int:
    slices = around.selected(
        "EndpointSlice", namespace_of(service), {SERVICE_NAME: name_of(service)}
    )
    return sum(len(texts(one, "addresses")) for part in slices for one in items(part, "endpoints"))


def kept_out(found: MonitorOutlook, monitor: Manifest, ref: Ref) -> str:
    """Return why no Prometheus takes the monitor itself up; empty where one does."""
    takers = found.around.of_kind(PROMETHEUS)
    reasons = [why_not(found.around, one, monitor, ref.kind) for one in takers]
    if not takers or not all(reasons):
        return ""
    named = [f"{Ref.of(one)}: {why}" for one, why in zip(takers, reasons, strict=True)]
    return one_line(few(named), 600)


def full(ref: Ref) -> Ref:
    """Return a monitor's Ref with its group."""
    return Ref(ref.kind, ref.name, ref.namespace, GROUP)
