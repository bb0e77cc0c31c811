"""The change that makes a monitor select what it is for, where there is just one such change.

A guess would have Prometheus scrape something else, which looks well ever after. So what comes
close must be alone in that, another monitor must not have selected it already, and the monitor as
it would be must miss nothing any more: else the change could not be proven.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from clusterwright.tools.field_path import put
from clusterwright.tools.finding import Remedy
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    items,
    labels_of,
    mapping,
    namespace_of,
    strings,
    text,
)
from clusterwright.tools.prometheus.analyzers.about import change
from clusterwright.tools.prometheus.estate import GROUP, Estate
from clusterwright.tools.prometheus.scraping.difference import is_like
from clusterwright.tools.prometheus.scraping.matched import (
    Unmatched,
    container_ports,
    in_reach,
    unmatched,
)
from clusterwright.tools.ref import Ref


def remedies(estate: Estate, monitor: Manifest, one: Unmatched) -> tuple[Remedy, ...]:
    """Return that change; nothing where there are several, or none."""
    fields = _fields(estate, monitor, one)
    if not fields:
        return ()
    mended = _mended(monitor, fields, one.monitor)
    for left in unmatched(estate, mended, one.monitor):
        if one.endpoint not in {-1, left.endpoint}:
            continue  # of another endpoint, which is told by itself
        alone = len(_endpoints(monitor, one.monitor)) == 1
        more = _port(estate, mended, left) if alone and "port" not in fields else {}
        if not more or list(unmatched(estate, _mended(mended, more, one.monitor), one.monitor)):
            return ()
        fields |= more
    return (
        change(estate, _say(fields, one), kind="fix_monitor", object=str(one.monitor), **fields),
    )


def _fields(estate: Estate, monitor: Manifest, one: Unmatched) -> Manifest:
    match one.reason:
        case "namespace":
            return _namespaces(estate, monitor, one)
        case "labels":
            return _labels(estate, monitor, one)
        case "port-name" | "container-port":
            return _port(estate, monitor, one)
        case "no-endpoints":
            return {}


def _namespaces(estate: Estate, monitor: Manifest, one: Unmatched) -> Manifest:
    selector = mapping(monitor, "spec", "selector")
    fitting = [it for it in estate.of_kind(_kind(one.monitor)) if matches(selector, labels_of(it))]
    spaces = {namespace_of(it) for it in _not_taken(estate, fitting, one.monitor)}
    return {"namespaces": list(spaces)} if len(spaces) == 1 else {}


def _labels(estate: Estate, monitor: Manifest, one: Unmatched) -> Manifest:
    """Return the labels of what comes closest: of the fewest misses, or of values that are alike.

    Where no condition holds and no value is alike, only what is alone there can have been meant.
    """
    selector = mapping(monitor, "spec", "selector")
    wanted = strings(selector, "matchLabels")
    nearest = _nearest(in_reach(estate, monitor, _kind(one.monitor)), selector, wanted)
    alike = [(off, it) for off, it in nearest if all(is_like(wanted[k], off[k]) for k in off)]
    found = alike or nearest
    free = _not_taken(estate, [it for _, it in found], one.monitor)
    left = [off for off, it in found if it in free]
    sure = alike or len(left) == len(nearest) or len(left[:1] and left[0]) < len(wanted)
    if not left or not sure or any(off != left[0] for off in left):
        return {}
    return {"selector": dict(left[0])}


def _nearest(
    objects: Iterator[Manifest], selector: Manifest, wanted: dict[str, str]
) -> list[tuple[dict[str, str], Manifest]]:
    """Return the objects of which the fewest labels have other values, with these values."""
    rest: Manifest = {key: value for key, value in selector.items() if key != "matchLabels"}
    close: dict[int, list[tuple[dict[str, str], Manifest]]] = {}
    for it in objects:
        has = labels_of(it)
        if wanted and wanted.keys() <= has.keys() and matches(rest, has):
            off = {key: has[key] for key, value in wanted.items() if has[key] != value}
            close.setdefault(len(off), []).append((off, it))
    return close[min(close)] if close else []


def _port(estate: Estate, monitor: Manifest, one: Unmatched) -> Manifest:
    endpoints, kind = _endpoints(monitor, one.monitor), _kind(one.monitor)
    if not 0 <= one.endpoint < len(endpoints) or not text(endpoints[one.endpoint], "port"):
        return {}  # a number, or the port of a container behind a Service: no name is misspelt
    selected = _selected(estate, monitor, kind)
    names = {name for it in selected for name in _port_names(it, kind)}
    name = names.pop() if len(names) == 1 else ""
    return {"port": name, "endpoint": one.endpoint} if name else {}


def _port_names(one: Manifest, kind: str) -> Iterator[str]:
    ports = items(one, "spec", "ports") if kind == "Service" else container_ports(one)
    for port in ports:
        yield text(port, "name")


def _not_taken(estate: Estate, objects: Sequence[Manifest], ref: Ref) -> list[Manifest]:
    """Return the objects that no other monitor selects, those for everything aside."""
    taken: list[Manifest] = []
    for other in estate.of_kind(f"{ref.kind}.{GROUP}") if objects else ():
        if Ref.of(other) != ref and mapping(other, "spec", "selector"):
            taken += _selected(estate, other, _kind(ref))
    return [one for one in objects if one not in taken]


def _mended(monitor: Manifest, fields: Manifest, ref: Ref) -> Manifest:
    """Return the monitor as the change would make it."""
    made: Json = monitor
    for key, value in strings(fields, "selector").items():
        made = put(made, ("spec", "selector", "matchLabels", key), value)
    if "namespaces" in fields:
        made = put(made, ("spec", "namespaceSelector"), {"matchNames": fields["namespaces"]})
    if "port" in fields:
        made = put(made, ("spec", _field(ref), fields["endpoint"], "port"), fields["port"])
    return cast("Manifest", made)


def _say(fields: Manifest, one: Unmatched) -> str:
    said: list[str] = []
    if "namespaces" in fields:
        said.append(f"have it look in namespace {fields['namespaces'][0]}")
    if "selector" in fields:
        said.append(f"select {one.nearest or _kind(one.monitor)} by the labels that it has")
    if "port" in fields:
        said.append(f"scrape its only port, {fields['port']}")
    whole = ", and ".join(said)
    return whole[:1].upper() + whole[1:]


def _selected(estate: Estate, monitor: Manifest, kind: str) -> list[Manifest]:
    selector = mapping(monitor, "spec", "selector")
    inside = in_reach(estate, monitor, kind)
    return [one for one in inside if matches(selector, labels_of(one))]


def _endpoints(monitor: Manifest, ref: Ref) -> list[Manifest]:
    return items(monitor, "spec", _field(ref))


def _field(ref: Ref) -> str:
    return "endpoints" if ref.kind == "ServiceMonitor" else "podMetricsEndpoints"


def _kind(ref: Ref) -> str:
    return "Service" if ref.kind == "ServiceMonitor" else "Pod"
