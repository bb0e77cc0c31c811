"""Drift: where an object on the cluster is not as a manifest of its release has it, and by whom.

Compared is what the manifest sets. What the API server fills in, what controllers add, and items
that others put into a list whose items have keys, are no drift: Helm leaves them as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from clusterwright.tools.field_path import MISSING, Path, Segment
from clusterwright.tools.helm.normalised import alike, as_stored, nothing
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.kubernetes.owners.managed_fields import is_set, list_keys, writers
from clusterwright.tools.manifest import Json, Manifest, dig, mapping, text
from clusterwright.tools.ref import Ref

REPLICAS: Path = ("spec", "replicas")
"""The field that an autoscaler may set."""
_HELM = "helm"
"""How Helm's own field manager begins; Helm 3 and 4 alike (helm/helm, pkg/kube/client.go)."""
_UNCOMPARED = frozenset({"apiVersion", "kind", "metadata", "status"})
_MARKS = ("labels", "annotations")
_DEFAULTED = {"protocol": "TCP"}
"""Fields of a list item's key that need not be written (k8s.io/api/core/v1, listMapKey)."""
_KEYS: dict[Segment, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "imagePullSecrets": ("name",),
    "webhooks": ("name",),
}
"""Of objects that come without managedFields."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One field that is not as the manifest has it, or a whole object, at the path ()."""

    ref: Ref
    path: Path
    wanted: Json
    live: Json
    """MISSING where the field, or the object, is gone."""
    manager: str = ""
    """Who owns the field now; empty where nobody does, as of one that was removed."""
    operation: str = ""
    """Apply or Update."""
    subresource: str = ""
    """Through which the field was written: `scale` of what an autoscaler scales."""
    when: datetime | None = None
    """When that manager last wrote to the object."""


def drift(wanted: Object, live: Manifest | None) -> tuple[Drift, ...]:
    """Return where an object is not as its manifest has it, in the manifest's order.

    Args:
        wanted: one object of a release's manifest.
        live: the same on the cluster, with its managedFields; None if it is gone. In another
            version its fields are others: nothing is compared then.
    """
    if live is None:
        return (Drift(wanted.ref, (), wanted.manifest, MISSING),)
    if text(live, "apiVersion") != text(wanted.manifest, "apiVersion"):
        return ()
    found = _Comparison(live)
    stored = as_stored(wanted.manifest)
    marks = mapping(stored, "metadata")
    differing = [
        *found.members({key: marks[key] for key in _MARKS if key in marks}, live, "metadata"),
        *found.below({k: v for k, v in stored.items() if k not in _UNCOMPARED}, live, ()),
    ]
    return tuple(_attributed(Drift(wanted.ref, *one), live) for one in differing)


def _attributed(one: Drift, live: Manifest) -> Drift:
    """Return a drift with whoever wrote last to the field, Helm only where nobody else did."""
    if one.live is MISSING:
        return one
    found = sorted(writers(live, one.path), key=lambda by: by.manager.lower().startswith(_HELM))
    if not found:
        return one
    by = found[0]
    return replace(
        one,
        manager=by.manager,
        operation=by.operation,
        subresource=by.subresource,
        when=by.when,
    )


_Differing = tuple[Path, Json, Json]


class _Comparison:
    """Goes through what a manifest sets, and looks for it in a live object."""

    def __init__(self, live: Manifest) -> None:
        self._live = live

    def members(self, wanted: Manifest, live: Json, *path: str) -> Iterator[_Differing]:
        """Yield what differs below one member of the object."""
        for name in path:
            live = cast("Manifest", live).get(name, {}) if isinstance(live, dict) else {}
        yield from self.below(wanted, live, path)

    def below(self, wanted: Json, live: Json, path: Path) -> Iterator[_Differing]:
        """Yield what differs at a path, at its ends."""
        if wanted is None:
            return  # null asks for no value
        if isinstance(wanted, dict) and isinstance(live, dict):
            there = cast("Manifest", live)
            for key, one in cast("Manifest", wanted).items():
                yield from self.below(one, there.get(key, MISSING), (*path, key))
        elif isinstance(wanted, dict) and live in (MISSING, None):
            if not nothing(cast("Json", wanted)):
                yield path, wanted, MISSING
        elif isinstance(wanted, list) and isinstance(live, list):
            yield from self._lists(cast("list[Json]", wanted), cast("list[Json]", live), path)
        elif not alike(wanted, live, path):
            yield path, wanted, live

    def _lists(self, wanted: list[Json], live: list[Json], path: Path) -> Iterator[_Differing]:
        keys = list_keys(self._live, path) or _KEYS.get(path[-1] if path else "", ())
        if keys and _apart(wanted, keys) and _apart(live, keys):
            yield from self._keyed(wanted, live, keys, path)
        elif _objects(wanted) and _objects(live) and len(wanted) == len(live):
            for place, (one, other) in enumerate(zip(wanted, live, strict=True)):
                yield from self.below(one, other, (*path, place))
        elif is_set(self._live, path):
            if any(one not in live for one in wanted):
                yield path, wanted, live
        elif len(wanted) != len(live) or any(
            not alike(one, other, path) for one, other in zip(wanted, live, strict=True)
        ):
            yield path, wanted, live

    def _keyed(
        self, wanted: list[Json], live: list[Json], keys: tuple[str, ...], path: Path
    ) -> Iterator[_Differing]:
        there = {_key(one, keys): (place, one) for place, one in enumerate(live)}
        pairs = [(one, *there.get(_key(one, keys), (-1, MISSING))) for one in wanted]
        name = _naming(pairs, live, keys)
        for asked, (one, place, other) in enumerate(pairs):
            by_place = place if place >= 0 else asked
            segment: Segment = (name, str(one[name])) if name else by_place
            yield from self.below(one, other, (*path, segment))


def _naming(
    pairs: Sequence[tuple[Json, int, Json]], live: Sequence[Json], keys: tuple[str, ...]
) -> str:
    """Return a field by which a person would name the items, here and there; none if none will do.

    A list with several keys, as ports have port and protocol, mostly has names as well.
    """
    for name in (*(keys if len(keys) == 1 else ()), "name", *keys):
        alike_in_both = all(
            other is MISSING or dig(other, name) == dig(one, name) for one, _, other in pairs
        )
        if alike_in_both and _apart([one for one, *_ in pairs], (name,)) and _apart(live, (name,)):
            return name
    return ""


def _key(item: Json, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(item.get(name, _DEFAULTED.get(name, ""))) for name in keys)


def _objects(listed: Sequence[Json]) -> bool:
    return all(isinstance(one, dict) for one in listed)


def _apart(listed: Sequence[Json], keys: tuple[str, ...]) -> bool:
    """Return whether keys tell the items of a list apart."""
    if not _objects(listed) or any(keys[0] not in one for one in listed):
        return False
    return len({_key(one, keys) for one in listed}) == len(listed)
