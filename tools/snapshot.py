"""An immutable index over raw objects, read once, from which analyzers conclude without any I/O."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar, cast

from clusterwright.tools.coverage import Coverage
from clusterwright.tools.manifest import (
    Manifest,
    instant,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    text,
)
from clusterwright.tools.ref import Ref, legal, owner_of

T = TypeVar("T")
_LONGEST_OWNER_CHAIN = 8


@dataclass(frozen=True)
class Snapshot:
    """Objects by kind, each carrying `kind` and `apiVersion`, and what could not be read.

    `objects` maps a kind as a Ref spells it (`Pod`, `Machine.cluster.x-k8s.io`) to what was
    listed; a kind that is missing there was not read and has its reason in `coverage`. `now` is
    the API server's clock. Kinds were listed at slightly different moments, so a conclusion from
    absence must be read again before it is told.
    """

    cluster: str
    now: datetime
    objects: Mapping[str, Sequence[Manifest]]
    coverage: Coverage = field(default_factory=Coverage)
    namespace: str = ""
    """The one that was read, with what belongs to none; empty: all."""

    def holding(self, kind: str, *objects: Manifest) -> "Snapshot":
        """Return the same with the objects of one more kind."""
        return replace(self, objects={**self.objects, kind: objects})

    def derived(self, make: Callable[["Snapshot"], T]) -> T:
        """Return what `make` works out from this snapshot, once for all who ask for it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("T", self._derived[make])

    def of_kind(self, kind: str) -> Sequence[Manifest]:
        """Return every object of a kind; empty when it was not read."""
        return self.objects.get(kind, ())

    def was_read(self, kind: str) -> bool:
        """Return whether the absence of an object of this kind means anything."""
        return kind in self.objects

    def get(self, ref: Ref) -> Manifest | None:
        """Return the object that a Ref names."""
        return self._by_ref.get(ref)

    def children(self, ref: Ref) -> Sequence[Manifest]:
        """Return the objects whose controller is `ref`."""
        return self._by_owner.get(ref, ())

    def owners(self, manifest: Manifest) -> list[Ref]:
        """Return the owner chain, nearest first; it ends where an owner was not read."""
        chain: list[Ref] = []
        current: Manifest | None = manifest
        while current is not None and len(chain) < _LONGEST_OWNER_CHAIN:
            owner = owner_of(current)
            if owner is None or owner in chain:
                break
            chain.append(owner)
            current = self.get(owner)
        return chain

    def workload(self, manifest: Manifest) -> Ref:
        """Return the topmost controller of an object, or the object itself."""
        chain = self.owners(manifest)
        return chain[-1] if chain else Ref.of(manifest)

    def selected(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[Manifest]:
        """Return the objects of a namespace that carry all of `labels`; none for no labels."""
        if not labels:
            return []
        wanted = labels.items()
        index = self._labelled(kind, namespace)
        rarest = min((index.get(pair, ()) for pair in wanted), key=len)
        return [o for o in rarest if wanted <= labels_of(o).items()]

    def in_namespace(self, kind: str, namespace: str) -> Sequence[Manifest]:
        """Return the objects of a kind in one namespace."""
        return self._by_namespace.get((kind, namespace), ())

    def pods_on(self, node: str) -> Sequence[Manifest]:
        """Return the pods bound to a node."""
        return self._pods_by_node.get(node, ())

    def events(self, ref: Ref) -> Sequence[Manifest]:
        """Return the events about an object, oldest first."""
        return self._events.get(ref, ())

    def _labelled(self, kind: str, namespace: str) -> Mapping[tuple[str, str], Sequence[Manifest]]:
        """Return the objects of a namespace by each label that they carry."""
        known = self._label_indexes.get((kind, namespace))
        if known is None:
            known = defaultdict[tuple[str, str], list[Manifest]](list)
            for one in self.in_namespace(kind, namespace):
                for pair in labels_of(one).items():
                    known[pair].append(one)
            self._label_indexes[kind, namespace] = known
        return known

    @cached_property
    def _derived(self) -> dict[object, object]:
        return {}

    @cached_property
    def _label_indexes(
        self,
    ) -> dict[tuple[str, str], defaultdict[tuple[str, str], list[Manifest]]]:
        return {}

    @cached_property
    def _by_ref(self) -> dict[Ref, Manifest]:
        return {Ref.of(o): o for objects in self.objects.values() for o in objects}

    @cached_property
    def _by_owner(self) -> dict[Ref, list[Manifest]]:
        index: dict[Ref, list[Manifest]] = defaultdict(list)
        for objects in self.objects.values():
            for one in objects:
                owner = owner_of(one)
                if owner is not None:
                    index[owner].append(one)
        return dict(index)

    @cached_property
    def _by_namespace(self) -> dict[tuple[str, str], list[Manifest]]:
        index: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for kind, objects in self.objects.items():
            for one in objects:
                index[kind, namespace_of(one)].append(one)
        return dict(index)

    @cached_property
    def _pods_by_node(self) -> dict[str, list[Manifest]]:
        index: dict[str, list[Manifest]] = defaultdict(list)
        for pod in self.of_kind("Pod"):
            index[text(pod, "spec", "nodeName")].append(pod)
        return dict(index)

    @cached_property
    def _events(self) -> dict[Ref, list[Manifest]]:
        index: dict[Ref, list[Manifest]] = defaultdict(list)
        for event in oldest_first(self.of_kind("Event")):
            index[subject_of(event)].append(event)
        return dict(index)


def subject_of(event: Manifest) -> Ref:
    """Return what an event (v1 or events.k8s.io/v1) is about; itself, where that names nothing."""
    about = mapping(event, "involvedObject") or mapping(event, "regarding")
    kind, name = text(about, "kind"), text(about, "name")
    found = legal(kind, name, text(about, "namespace"), text(about, "apiVersion"))
    return found or legal("Event", name_of(event), namespace_of(event), "v1") or Ref("Event", "?")


def last_seen(event: Manifest) -> datetime | None:
    """Return when an event last happened, whichever of its fields the writer filled."""
    return (
        instant(event, "series", "lastObservedTime")
        or instant(event, "lastTimestamp")
        or instant(event, "deprecatedLastTimestamp")
        or instant(event, "eventTime")
        or instant(event, "metadata", "creationTimestamp")
    )


def oldest_first(events: Iterable[Manifest]) -> list[Manifest]:
    """Return events by when they last happened."""
    return sorted(events, key=lambda e: seen.timestamp() if (seen := last_seen(e)) else 0.0)
