"""The tool that reads one object, whole or in parts."""

from typing import Annotated, Any

from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, Answer
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Kind, Name, OwnNamespace
from clusterwright.tools.kubernetes.select import indented, outline, select, size
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.neutral import neutral_json
from clusterwright.tools.redaction import redact
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_WHOLE = (BUDGET - 1_000) // 2
"""Bytes of an object that is told whole: it takes them twice, as text and as structured content."""
_PART = (CAP - 2_000) // 2


class Object(Answer):
    """One object, some of its fields, or an outline of where its bytes are."""

    ref: Ref
    object: dict[str, Any] | None = Field(default=None, description="Whole, when small enough.")
    fields: dict[str, list[Any]] | None = Field(default=None, description="Values at each path.")
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
    cluster: Cluster = None,
) -> Object:
    """Read one object without secrets and managedFields; a large one is outlined by path and size.

    Pass fields or path to read parts.
    """
    connection = await clusters.connect(cluster)
    resource = await connection.resource(kind)
    read = await connection.get(resource, name, namespace)
    # Neutral before it is quoted as JSON, where an escape would survive as its spelling.
    found: Manifest = neutral_json(redact(read))
    ref = resource.ref(namespace, name)
    if fields or path:
        chosen = select(found, [*(fields or []), *([path] if path else [])])
        return _parts(connection.cluster, ref, chosen)
    return _whole(connection.cluster, ref, found)


TOOL = Tool(k8s_get, Effect.READ, "Get an object")


def _whole(cluster: str, ref: Ref, found: Manifest) -> Object:
    if size(found) <= _WHOLE:
        return Object(cluster=cluster, ref=ref, object=found)
    told = {
        path: line
        for key, value in found.items()
        for path, line in _expanded(f"$.{key}", value).items()
    }
    note = f"{size(found)} bytes in all; pass path, as {_largest(found)}, or fields"
    return Object(cluster=cluster, ref=ref, outline=told, note=note)


def _expanded(path: str, value: Json) -> dict[str, str]:
    """Return the outline of a member, opened only where it is an object worth opening."""
    return outline(value, path) if isinstance(value, dict) else outline({"": value}, path)


def _largest(found: Manifest) -> str:
    return "$." + max(found, key=lambda key: size(found[key]))


def _parts(cluster: str, ref: Ref, chosen: dict[str, list[Json]]) -> Object:
    """Return what was asked for; a path with too much below it is outlined instead."""
    if size(chosen) <= _PART:
        return Object(cluster=cluster, ref=ref, fields=chosen)
    path, values = max(chosen.items(), key=lambda one: size(one[1]))
    small = {key: one for key, one in chosen.items() if key != path and size(chosen) <= _PART}
    value = values[0] if len(values) == 1 else values
    return Object(
        cluster=cluster,
        ref=ref,
        fields=small or None,
        outline=outline(value, path),
        note=f"{path} holds {size(values)} bytes; pass a narrower path",
    )


def _values(values: list[Json]) -> str:
    """Return what a path holds: in its line when that is short, else below it."""
    if not values:
        return "(nothing there)"
    told = indented(values[0] if len(values) == 1 else values)
    return f"\n{told}" if "\n" in told else told
