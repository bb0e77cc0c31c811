"""The tool that shows one object amid its neighbours: what it hangs on, what hangs on it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic_core import to_json

from clusterwright.tools.answer import BUDGET
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.description import Condition, Description
from clusterwright.tools.kubernetes.facts import containers_of, facts_of
from clusterwright.tools.kubernetes.parameters import Cluster, Kind, Name, OwnNamespace
from clusterwright.tools.kubernetes.related import MAKES, Lookup, Related, related
from clusterwright.tools.kubernetes.reported import Reported
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.kubernetes.timeline import timeline
from clusterwright.tools.manifest import Manifest, items
from clusterwright.tools.redaction import redact
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.tool import Effect, Tool

_LONGEST_CHAIN = 6
_ALIKE = 8
"""Neighbours of one kind that are told one by one; the others are counted by state."""
_EVENTS = 15
_REPORTING = 2
"""Unwell objects that it makes of which events are told: the cause is mostly there."""
_RESERVED = 800
"""Bytes of an answer beside the description, which is told twice: as text and structured."""
_LEAST = 1_500
"""Bytes for neighbours and events in any case."""
_OWN = 4_000
"""Bytes for its facts, for its containers, and for its conditions: hardly ever half of it."""
_Part = TypeVar("_Part")


async def k8s_describe(
    clusters: Clusters,
    kind: Kind,
    name: Name,
    namespace: OwnNamespace = None,
    cluster: Cluster = None,
) -> Description:
    """Explain one object: state, conditions, owners, what it uses, makes, selects, and events.

    Neighbours come with their state; what is missing or unwell is marked.
    """
    connection = await clusters.connect(cluster)
    resource = await connection.resource(kind)
    found = redact(await connection.get(resource, name, namespace))
    ref = resource.ref(namespace, name)
    lookup = Lookup(connection)
    chain = await _owners(lookup, found)
    near = [*chain, *await related(lookup, found)]
    now, state = connection.now, state_of(found, connection.now)
    told, more = _told(near)
    described = Description(
        cluster=connection.cluster,
        ref=ref,
        now=now,
        state=state.text,
        well=state.well,
        facts=facts_of(found, now),
        containers=tuple(containers_of(found, now)) if ref.kind == "Pod" else (),
        conditions=tuple(Condition.of(one) for one in items(found, "status", "conditions")),
        more_related=tuple(more),
        notes=tuple(lookup.notes),
    )
    unwell = [one.ref for one in told if one.how == MAKES and one.well is False]
    reporters = [ref, *(one.ref for one in chain), *unwell[:_REPORTING]]
    return _completed(_bounded(described), told, await _events(lookup, reporters))


TOOL = Tool(k8s_describe, Effect.READ, "Describe an object")


async def _owners(lookup: Lookup, manifest: Manifest) -> list[Related]:
    """Return the chain of controllers above an object, nearest first."""
    chain: list[Related] = []
    current: Manifest | None = manifest
    while current is not None and len(chain) < _LONGEST_CHAIN:
        owner = owner_of(current)
        if owner is None or any(one.ref == owner for one in chain):
            break
        try:
            current = await lookup.manifest(owner)
        except ToolError as error:
            chain.append(Related(how="owned by", ref=owner, state=f"not readable ({error.code})"))
            break
        if current is None:
            gone = Related(how="owned by", ref=owner, state="does not exist", well=False)
            chain.append(gone)
        else:
            chain.append(lookup.told("owned by", current))
    return chain


async def _events(lookup: Lookup, reporters: Iterable[Ref]) -> list[Reported]:
    """Return the latest events about the object, its controllers and what it fails to make."""
    found: list[Manifest] = []
    for one in reporters:
        selector = f"involvedObject.name={one.name},involvedObject.kind={one.kind}"
        namespace = one.namespace or None  # those of a cluster-scoped object may be in any
        found += await lookup.listed("Event", namespace, field_selector=selector)
    return [Reported.of(entry) for entry in timeline(found)[-_EVENTS:]]


def _told(near: Iterable[Related]) -> tuple[list[Related], list[str]]:
    """Return the neighbours to tell, unwell ones first, and lines that count the others."""
    groups: dict[tuple[str, str], list[Related]] = {}
    for one in near:
        groups.setdefault((one.how, one.ref.kind), []).append(one)
    told: list[Related] = []
    more: list[str] = []
    for (how, kind), alike in groups.items():
        unwell_first = sorted(alike, key=lambda one: one.well is not False)
        told += unwell_first[:_ALIKE]
        if rest := unwell_first[_ALIKE:]:
            states = Counter(one.state or "there" for one in rest)
            counted = ", ".join(f"{n} {state}" for state, n in states.most_common())
            more.append(f"{how} {len(rest)} more of kind {kind}: {counted}")
    return told, more


def _bounded(described: Description) -> Description:
    """Return what is told of the object itself, without what would crowd out everything else."""
    facts = _fitting(list(described.facts.items()), _OWN)
    containers = _fitting(described.containers, _OWN)
    conditions = _fitting(described.conditions, _OWN)
    notes = [*described.notes]
    if len(containers) < len(described.containers):
        left_out = len(described.containers) - len(containers)
        notes.append(f"{left_out} containers left out; k8s_get shows them at path=status")
    if len(conditions) < len(described.conditions):
        left_out = len(described.conditions) - len(conditions)
        notes.append(f"{left_out} conditions left out; k8s_get shows them at path=status")
    if len(facts) < len(described.facts):
        notes.append("some of its fields left out; k8s_get shows them")
    return described.model_copy(
        update={
            "facts": dict(facts),
            "containers": tuple(containers),
            "conditions": tuple(conditions),
            "notes": tuple(notes),
        }
    )


def _completed(
    described: Description, near: Sequence[Related], events: Sequence[Reported]
) -> Description:
    """Return an answer with the neighbours and the latest events that it has room for."""
    room = max(_LEAST, (BUDGET - _RESERVED - 2 * _size(described)) // 2)
    kept_near = _fitting(near, room)
    kept = _fitting(events[::-1], room - sum(map(_size, kept_near)))
    notes = [*described.notes]
    if left_out := len(near) - len(kept_near):
        notes.append(f"{left_out} related objects left out for want of room; k8s_list shows them")
    if left_out := len(events) - len(kept):
        notes.append(f"{left_out} older events left out; k8s_events shows them")
    return described.model_copy(
        update={
            "related": tuple(kept_near),
            "events": tuple(kept[::-1]),
            "notes": tuple(notes),
        }
    )


def _fitting(parts: Sequence[_Part], room: int) -> list[_Part]:
    """Return the first parts that fit into `room` bytes."""
    kept: list[_Part] = []
    for one in parts:
        room -= _size(one)
        if room < 0:
            break
        kept.append(one)
    return kept


def _size(part: object) -> int:
    return len(to_json(part, exclude_none=True))
