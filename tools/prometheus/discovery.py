"""Which Services of a cluster are backends or Alertmanagers, by the names that their makers give.

Sources: prometheus-operator, pkg/prometheus/server and pkg/alertmanager (governing Services); the
Helm charts kube-prometheus-stack, prometheus, victoria-metrics-single, victoria-metrics-cluster
and mimir-distributed; kube-thanos and the chart of Bitnami for Thanos.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    name_of,
    namespace_of,
    number,
    text,
    texts,
)
from clusterwright.tools.prometheus.capability import Flavor

_NAME, _COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
_OTHERS = re.compile(
    r"operator|exporter|pushgateway|adapter|webhook|kube-state|blackbox|sidecar|discovery|reloader"
    r"|grafana|karma|store(gateway)?$|ruler|compactor|receive"
)
"""In names of Services that belong to a monitoring stack and answer no queries."""
_WEB = ("http-web", "web", "https-web", "http", "https", "prometheus", "http-metrics", "api")


class Role(StrEnum):
    """What a Service stands for."""

    BACKEND = "backend"
    ALERTMANAGER = "alertmanager"


@dataclass(frozen=True, slots=True)
class Found:
    """A Service that answers queries or holds alerts."""

    namespace: str
    service: str
    role: Role
    flavor: Flavor
    port: int
    scheme: str = "http"
    prefix: str = ""
    """Of every path."""
    governing: bool = False
    """Whether it is the one that the operator makes for all that it runs in the namespace."""
    addresses: frozenset[str] | None = None
    """Of what is behind it and ready; None where that could not be read."""
    aliases: tuple[str, ...] = ()
    """Names of other Services before the same pods."""

    @property
    def name(self) -> str:
        """As a caller selects it."""
        return f"{self.namespace}/{self.service}"

    @property
    def flavor_told(self) -> Flavor | None:
        """The flavor where a name tells for sure what a program might not say itself."""
        return None if self.flavor in {Flavor.PROMETHEUS, Flavor.UNKNOWN} else self.flavor

    def is_named(self, name: str) -> bool:
        """Return whether it is meant by a name, with or without its namespace."""
        return name in {self.name, self.service, *self.aliases}


@dataclass(frozen=True, slots=True)
class _Kind:
    flavor: Flavor
    role: Role
    names: re.Pattern[str]
    """Of the label app.kubernetes.io/name, with `/component` where there is one; of `app`; or of
    the Service itself."""
    ports: tuple[int, ...]
    prefix: str = ""


_KINDS = (
    _Kind(
        Flavor.UNKNOWN,
        Role.ALERTMANAGER,
        re.compile(r"(.*-)?alertmanager(-operated|-main|/alertmanager|/alert-router)?"),
        (9093,),
    ),
    _Kind(
        Flavor.THANOS,
        Role.BACKEND,
        re.compile(r"(.*-)?thanos(-query(-frontend|ier)?|(-query)?/query(-layer|-frontend)?)"),
        (10902, 9090, 9009),
    ),
    _Kind(
        Flavor.VICTORIA_METRICS,
        Role.BACKEND,
        re.compile(r"(vmsingle(-.*)?|(.*-)?victoria-metrics-single(-server)?)(/.*)?"),
        (8428, 8429),
    ),
    _Kind(
        Flavor.VICTORIA_METRICS,
        Role.BACKEND,
        re.compile(r"(.*-)?vmselect(-.*)?(/.*)?|victoria-metrics-cluster/vmselect"),
        (8481,),
        "/select/0/prometheus",
    ),
    _Kind(
        Flavor.MIMIR,
        Role.BACKEND,
        re.compile(r"(.*-)?mimir(-(gateway|nginx)|/(gateway|nginx))"),
        (80, 8080),
        "/prometheus",
    ),
    _Kind(
        Flavor.PROMETHEUS,
        Role.BACKEND,
        re.compile(r"(.*-)?prometheus(-server|-operated|-k8s|/server|/prometheus)?"),
        (9090,),
    ),
)


def find_services(services: Iterable[Manifest]) -> tuple[Found, ...]:
    """Return the Services that are backends or Alertmanagers."""
    found = (_found(one) for one in services)
    return tuple(sorted((one for one in found if one), key=lambda one: one.name))


def told_apart(found: Iterable[Found], slices: Iterable[Manifest] | None) -> tuple[Found, ...]:
    """Return one of the Services that stand before the same pods, the others as its aliases.

    Where slices of endpoints could not be read, the operator's own Service counts as the same as
    any other of its namespace.
    """
    behind = None if slices is None else _addresses(slices)
    known = [
        replace(one, addresses=None if behind is None else behind.get(one.name, frozenset()))
        for one in found
    ]
    kept: list[Found] = []
    # Those before few pods first: one before all of them adds nothing to those before each.
    for one in sorted(known, key=lambda f: (len(f.addresses or ()), f.governing, f.name)):
        same = [other for other in kept if _same(one, other)]
        covered = frozenset[str]().union(*(other.addresses or () for other in same))
        if same and (one.addresses or frozenset()) <= covered:
            place = kept.index(same[0])
            kept[place] = replace(same[0], aliases=(*same[0].aliases, one.name, one.service))
        else:
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.name))


def most_telling(found: Iterable[Found]) -> Found:
    """Return the one that knows most of what is wrong in its cluster.

    A Prometheus tells its targets and rules, which what stands before several of them does not; one
    that the operator runs is that of the cluster rather than of a team's own.
    """
    return min(
        found, key=lambda f: (f.flavor is not Flavor.PROMETHEUS, not _is_operated(f), f.name)
    )


def _is_operated(one: Found) -> bool:
    return one.governing or any(alias.endswith("-operated") for alias in one.aliases)


def _same(one: Found, other: Found) -> bool:
    if one.role is not other.role or one.flavor is not other.flavor:
        return False
    if one.addresses is None or other.addresses is None or not (one.addresses or other.addresses):
        return one.namespace == other.namespace and (one.governing or other.governing)
    return bool(one.addresses & other.addresses)


def _found(service: Manifest) -> Found | None:
    labels, name = labels_of(service), name_of(service)
    if not name or text(service, "spec", "type") == "ExternalName" or _OTHERS.search(name):
        return None
    kind = _kind(labels, name)
    port = _port(service, kind.ports) if kind else None
    if kind is None or port is None:
        return None
    opened, scheme = port
    governing = any(one.startswith("operated-") for one in labels) or name.endswith("-operated")
    return Found(
        namespace_of(service),
        name,
        kind.role,
        kind.flavor,
        opened,
        scheme,
        kind.prefix,
        governing,
    )


def _kind(labels: Mapping[str, str], name: str) -> _Kind | None:
    for one in _KINDS:
        if any(one.names.fullmatch(said) for said in _said(labels, name)):
            return one
    return None


def _said(labels: Mapping[str, str], name: str) -> Iterator[str]:
    """Yield what a Service is called, its labels first."""
    if app := labels.get(_NAME):
        component = labels.get(_COMPONENT) or labels.get("app")
        yield f"{app}/{component}" if component and component != app else app
    if app := labels.get("app"):
        yield app
    yield name


def _port(service: Manifest, numbers: tuple[int, ...]) -> tuple[int, str] | None:
    """Return number and scheme of the port that answers queries."""
    ports = [one for one in items(service, "spec", "ports") if text(one, "protocol") in {"", "TCP"}]

    def rank(one: Manifest) -> int:
        known = {number(one, "port"), dig(one, "targetPort")}
        if known & set(numbers):
            return 0
        return 1 if text(one, "name") in _WEB else 2

    best = min(ports, key=rank, default=None)
    if best is None or (rank(best) > 1 and len(ports) > 1) or text(best, "name") == "grpc":
        return None
    tls = "https" in text(best, "name") or text(best, "appProtocol").lower() == "https"
    return number(best, "port"), "https" if tls else "http"


def _addresses(slices: Iterable[Manifest]) -> dict[str, frozenset[str]]:
    """Return what is ready behind each Service, by its name."""
    found: dict[str, frozenset[str]] = {}
    for one in slices:
        service = labels_of(one).get("kubernetes.io/service-name", "")
        key = f"{namespace_of(one)}/{service}"
        ready = frozenset(
            address
            for endpoint in items(one, "endpoints")
            if dig(endpoint, "conditions", "ready") is not False
            for address in texts(endpoint, "addresses")
        )
        found[key] = found.get(key, frozenset()) | ready
    return found
