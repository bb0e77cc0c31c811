"""Which Services of a cluster are backends or Alertmanagers, by the names that their makers give.

Sources: prometheus-operator, pkg/prometheus/server and pkg/alertmanager (governing Services); the
Helm charts kube-prometheus-stack, prometheus, victoria-metrics-single, victoria-metrics-cluster
and mimir-distributed; kube-thanos and the chart of Bitnami for Thanos.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

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
_OPERATORS = ("monitoring.coreos.com", "operator.victoriametrics.com")
"""API groups of what owns the Services of prometheus-operator and of that of VictoriaMetrics."""
_WEB = ("http-web", "web", "https-web", "http", "https", "prometheus", "http-metrics", "api")


class Role(StrEnum):
    """What a Service stands for."""

    BACKEND = "backend"
    ALERTMANAGER = "alertmanager"


class Standing(IntEnum):
    """How surely a Service is what it seems: whoever may make Services chooses a name."""

    OPERATED = 0
    """An operator's object owns it. The garbage collector removes what claims an owner in vain."""
    LABELLED = 1
    """Its labels are those of a chart."""
    NAMED = 2


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
    standing: Standing = Standing.NAMED

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
            kept[place] = replace(
                same[0],
                aliases=(*same[0].aliases, one.name, one.service),
                standing=min(same[0].standing, one.standing),
            )
        else:
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.name))


def candidates(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return those that may be meant where none is named; what counts less is never among them.

    What an operator made counts before what only looks so, since the latter may be anybody's: a
    Service of a tenant neither takes its place nor makes the choice unclear, not even while it is
    down. What is labelled counts as much in the same namespace, and before a mere name in any.
    """
    alive = [one for one in found if one.addresses != frozenset()]
    operated = [one for one in found if one.standing is Standing.OPERATED]
    if operated:
        theirs = {one.namespace for one in operated}
        labelled = [one for one in alive if one.standing is Standing.LABELLED]
        beside = [one for one in labelled if one.namespace in theirs]
        return (*(one for one in operated if one in alive), *beside) or tuple(operated)
    there = alive or found
    return tuple(one for one in there if one.standing is Standing.LABELLED) or tuple(there)


def most_telling(found: Iterable[Found]) -> Found:
    """Return the one that knows most of what is wrong in its cluster.

    A Prometheus tells its targets and rules, which what stands before several of them does not; one
    that the operator runs is that of the cluster rather than of a team's own.
    """
    return min(found, key=lambda f: (f.flavor is not Flavor.PROMETHEUS, f.standing, f.name))


def _same(one: Found, other: Found) -> bool:
    kind = (one.namespace, one.role, one.flavor)
    if kind != (other.namespace, other.role, other.flavor):
        return False  # a slice of endpoints may name any address, also one of another namespace
    if one.addresses is None or other.addresses is None or not (one.addresses or other.addresses):
        return one.governing or other.governing
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
        standing=_standing(service, kind),
    )


def _standing(service: Manifest, kind: _Kind) -> Standing:
    owners = items(service, "metadata", "ownerReferences")
    if any(text(one, "apiVersion").partition("/")[0] in _OPERATORS for one in owners):
        return Standing.OPERATED
    labelled = any(kind.names.fullmatch(said) for said in _said(labels_of(service), ""))
    return Standing.LABELLED if labelled else Standing.NAMED


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
    if name:
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
