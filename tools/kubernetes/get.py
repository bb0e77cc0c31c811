"""The tool that reads one object, whole or in parts."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, WithJsonSchema

from clusterwright.tools.answer import BUDGET, CAP, Answer, longest
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Kind, Name, OwnNamespace
from clusterwright.tools.kubernetes.select import indented, outline, select, size
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.neutral import LONGEST_LINE, neutral, neutral_json
from clusterwright.tools.redaction import redact
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_WHOLE = (BUDGET - 1_000) // 2
"""Bytes of an object that is told whole: it takes them twice, as text and as structured content."""
_PART = (CAP - 2_000) // 2
_STEP = 100
"""Characters of a long text that are there or not."""


_TYPES = ("object", "array", "string", "number", "boolean", "null")
AnyJson = Annotated[Json, WithJsonSchema({"oneOf": [{"type": one} for one in _TYPES]})]
"""Any JSON value, said so: a schema that says nothing is distrusted by some hosts."""


class Object(Answer):
    """One object, some of its fields, or an outline of where its bytes are."""

    ref: Ref
    object: Manifest | None = Field(default=None, description="Whole, when small enough.")
    fields: dict[str, list[AnyJson]] | None = Field(
        default=None, description="Values at each path."
    )
    outline: dict[str, str] | None = Field(
        default=None, description="Too large: each path with its value, or its shape and size."
    )
    note: str | None = Field(default=None, description="What was left out, and how to get it.")

    def render(self) -> str:
        """Return the object as JSON, or a line for each path."""
        lines = [f"{self.ref} on {self.cluster}"]
        if self.object is not None:
            lines.append(indented(self.object))
        for path, values in (self.fields or {}).items():
            lines.append(f"{path} = {_values(values)}")
        lines += [f"{path} {told}" for path, told in (self.outline or {}).items()]
        if self.note:
            lines.append(f"[{self.note}]")
        return "\n".join(lines)


async def k8s_get(
    clusters: Clusters,
    kind: Kind,
    name: Name,
    namespace: OwnNamespace = None,
    fields: Annotated[
        list[str] | None,
        Field(max_length=20, description="JSONPaths: spec.replicas, status.conditions[*].type"),
    ] = None,
    path: Annotated[
        str | None, Field(max_length=500, description="Only what is below this JSONPath.")
    ] = None,
    offset: Annotated[
        int, Field(ge=0, le=2_000_000, description="Of a long text at path: where to start.")
    ] = 0,
    cluster: Cluster = None,
) -> Object:
    """Read one object without secrets and managedFields; a large one is outlined by path and size.

    Pass fields or path to read parts.
    """
    connection = await clusters.connect(cluster)
    resource = await connection.resource(kind)
    found = redact(await connection.get(resource, name, namespace))
    ref = resource.ref(namespace, name)
    if not fields and not path:
        return _whole(connection.cluster, ref, _harmless(found))
    chosen = select(found, [*(fields or []), *([path] if path else [])])
    value = chosen[path][0] if path and len(chosen[path]) == 1 else None
    if path and isinstance(value, str) and _long(value):
        return _text(connection.cluster, ref, path, neutral(value, None)[offset:], offset)
    return _parts(connection.cluster, ref, _harmless(chosen))


TOOL = Tool(k8s_get, Effect.READ, "Get an object")


def _harmless(found: Manifest) -> Manifest:
    """Return JSON without what a reader cannot see, before an escape is spelled out in quotes."""
    shown: Manifest = neutral_json(found)
    return shown


def _whole(cluster: str, ref: Ref, found: Manifest) -> Object:
    if size(found) <= _WHOLE:
        return Object(cluster=cluster, ref=ref, object=found)
    told = [line for key, value in found.items() for line in _expanded(f"$.{key}", value)]
    note = f"{size(found)} bytes in all; pass path, as {_largest(found)}, or fields"
    return _outlined(Object(cluster=cluster, ref=ref, note=note), told, BUDGET)


def _expanded(path: str, value: Json) -> list[tuple[str, str]]:
    """Return the outline of a member, opened only where it is an object worth opening."""
    found = outline(value, path) if isinstance(value, dict) else outline({"": value}, path)
    return list(found.items())


def _largest(found: Manifest) -> str:
    return "$." + one_line(max(found, key=lambda key: size(found[key])))


def _parts(cluster: str, ref: Ref, chosen: dict[str, list[Json]]) -> Object:
    """Return what was asked for, as many paths as fit; what is below the others is outlined."""
    left, kept = _PART, set[str]()
    for path, values in sorted(chosen.items(), key=lambda one: size(one[1])):
        left -= size({path: values})
        if left < 0:
            break
        kept.add(path)
    found = Object(
        cluster=cluster,
        ref=ref,
        fields={path: values for path, values in chosen.items() if path in kept} or None,
    )
    if len(kept) == len(chosen):
        return found
    large = {path: values for path, values in chosen.items() if path not in kept}
    told = [
        line
        for path, values in large.items()
        for line in outline(values[0] if len(values) == 1 else values, path).items()
    ]
    sizes = ", ".join(f"{path} holds {size(values)} bytes" for path, values in large.items())
    note = f"{sizes}; pass a narrower path"
    return _outlined(found.model_copy(update={"note": note}), told, CAP)


def _outlined(found: Object, told: Sequence[tuple[str, str]], budget: int) -> Object:
    """Return an answer with as much of an outline as it has room for."""

    def make(count: int) -> Object:
        left_out = f"; {len(told) - count} paths left out" if count < len(told) else ""
        update = {"outline": dict(told[:count]), "note": f"{found.note}{left_out}"}
        return found.model_copy(update=update)

    return longest(make, len(told), budget)


def _long(text: str) -> bool:
    """Return whether a text would be cut if it were shown like other values."""
    return size(text) > _PART or any(len(line) > LONGEST_LINE for line in text.split("\n"))


def _text(cluster: str, ref: Ref, path: str, rest: str, offset: int) -> Object:
    """Return the first part of a text, in pieces of a line's length that joined are the part."""

    def make(count: int) -> Object:
        part = rest[: count * _STEP]
        pieces: list[Json] = [part[i : i + LONGEST_LINE] for i in range(0, len(part), LONGEST_LINE)]
        end, left = offset + len(part), len(rest) - len(part)
        more = f"; {left} more: pass offset={end}" if left else ""
        note = f"characters {offset} to {end} of a text, in pieces to be joined{more}"
        return Object(cluster=cluster, ref=ref, fields={path: pieces}, note=note)

    return longest(make, -(-len(rest) // _STEP), CAP)


def _values(values: list[Json]) -> str:
    """Return what a path holds: in its line when that is short, else below it."""
    if not values:
        return "(nothing there)"
    told = indented(values[0] if len(values) == 1 else values)
    return f"\n{told}" if "\n" in told else told
