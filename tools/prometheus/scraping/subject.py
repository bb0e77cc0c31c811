"""What a target is of: the objects that discovery found, and the monitor that its pool comes from.

Sources: Prometheus, documentation of `kubernetes_sd_config`; Prometheus Operator,
pkg/prometheus/promcfg.go, which names pools `serviceMonitor/<namespace>/<name>/<endpoint>`.
"""

from clusterwright.tools.manifest import Manifest, name_of, namespace_of
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.ref import Ref, legal

GROUP = "monitoring.coreos.com"
_VERSION = f"{GROUP}/v1"
_MONITORS = {
    "serviceMonitor": "ServiceMonitor",
    "podMonitor": "PodMonitor",
    "probe": "Probe",
    "scrapeConfig": "ScrapeConfig",
}
_META = "__meta_kubernetes_"
_PARTS = 3


def subject(discovered: Labels) -> Ref | None:
    """Return the object that is scraped: a pod, or a node; else the service that leads there."""
    namespace = discovered.get(f"{_META}namespace", "")
    kind, target = _address(discovered, "kind"), _address(discovered, "name")
    named = (
        ("Pod", discovered.get(f"{_META}pod_name", ""), namespace),
        (kind, target, "" if kind == "Node" else namespace),
        ("Node", discovered.get(f"{_META}node_name", ""), ""),
        ("Service", discovered.get(f"{_META}service_name", ""), namespace),
        ("Ingress", discovered.get(f"{_META}ingress_name", ""), namespace),
    )
    return next((ref for k, n, at in named if n and (ref := legal(k, n, at, "v1"))), None)


def _address(discovered: Labels, part: str) -> str:
    """Return what an endpoint leads to, as either role of discovery tells it."""
    for role in ("endpointslice", "endpoint"):
        found = discovered.get(f"{_META}{role}_address_target_{part}")
        if found:
            return found
    return ""


def subjects(discovered: Labels) -> tuple[Ref, ...]:
    """Return all objects that a target is of: the pod, its node, the service that leads there."""
    namespace = discovered.get(f"{_META}namespace", "")
    first = subject(discovered)
    service = discovered.get(f"{_META}service_name", "")
    node = discovered.get(f"{_META}pod_node_name", "")
    found = (
        first,
        legal("Node", node, "", "v1") if node else None,
        legal("Service", service, namespace, "v1") if service else None,
    )
    return tuple(dict.fromkeys(one for one in found if one))


def monitor(pool: str) -> Ref | None:
    """Return the object of the Prometheus Operator that a pool was made from."""
    kind, *rest = pool.split("/")
    if kind not in _MONITORS or len(rest) + 1 < _PARTS:
        return None
    version = f"{GROUP}/v1alpha1" if kind == "scrapeConfig" else _VERSION
    return legal(_MONITORS[kind], rest[1], rest[0], version)


def ref_of(raw: Manifest, kind: str) -> Ref | None:
    """Return the Ref of a raw object of the Prometheus Operator; None for one without a name."""
    version = f"{GROUP}/v1alpha1" if kind == "ScrapeConfig" else _VERSION
    return legal(kind, name_of(raw), namespace_of(raw), version)
