"""How each tool is asked about the places where secrets are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from clusterwright.tools.manifest import Json, Manifest, text
from tests.trust.placement import Placement


@dataclass(frozen=True)
class Place:
    """An object that a server can be asked about."""

    kind: str
    name: str
    namespace: str | None
    paths: tuple[str, ...]
    secret: str


def place(one: Placement, namespace: str | None) -> Place:
    """Return where a placement is, and each path of it at which there is text."""
    api = text(one.object, "apiVersion")
    group = f".{api.partition('/')[0]}" if "/" in api else ""
    kind = text(one.object, "kind")
    return Place(
        f"{kind}{group}", one.name, namespace, tuple(_paths(one.object)), one.canary.secret
    )


def _paths(value: Json, path: str = "$") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in cast("Manifest", value).items():
            yield from _paths(one, f"{path}['{key}']")
    elif isinstance(value, list):
        for i, one in enumerate(cast("list[Json]", value)):
            yield from _paths(one, f"{path}[{i}]")
    elif path.count("[") > 1:
        yield path


def _object(one: Place) -> Manifest:
    return {"kind": one.kind, "name": one.name, "namespace": one.namespace}


def _get(one: Place) -> Iterator[Manifest]:
    yield _object(one)
    for path in one.paths:
        yield {**_object(one), "path": path}
        yield {**_object(one), "path": path, "offset": 5}
    yield {**_object(one), "fields": [*one.paths[:10], "$..*"]}
    yield {**_object(one), "path": "metadata.annotations"}


def _describe(one: Place) -> Iterator[Manifest]:
    yield _object(one)


def _list(one: Place) -> Iterator[Manifest]:
    yield {"kind": one.kind, "namespace": one.namespace}
    yield {"kind": one.kind, "namespace": one.namespace, "limit": 1}
    yield {"kind": one.kind, "fields": f"metadata.name={one.name}"}


def _events(one: Place) -> Iterator[Manifest]:
    yield {"namespace": one.namespace, "kind": one.kind, "name": one.name}
    yield {"namespace": one.namespace, "warnings_only": True}


def _problems(one: Place) -> Iterator[Manifest]:
    yield {"namespace": one.namespace}
    yield {"namespace": one.namespace, "limit": 100}


def _plan(one: Place) -> Iterator[Manifest]:
    """Plan a change of what holds the secret, or stands beside it: a diff shows both."""
    ref = "/".join(part for part in (one.kind, one.namespace, one.name) if part)
    holding = [path for path in one.paths if not path.startswith("$['metadata']")]
    fields = ["metadata.labels.planned", *(path.removeprefix("$") for path in holding[:2])]
    for field in fields:
        yield {"changes": [{"kind": "patch", "object": ref, "set": {field: "changed"}}]}
    yield {"changes": [{"kind": "delete", "object": ref}]}


def _logs(one: Place) -> Iterator[Manifest]:
    if one.kind == "Pod":
        pod: Manifest = {"pod": one.name, "namespace": one.namespace}
        yield pod
        yield {**pod, "previous": True}
        yield {**pod, "since": "1h"}
        yield from ({**pod, "lines": count} for count in (1, 2, 3, 5, 8, 13, 21, 10_000))
        yield {**pod, "grep": one.secret.partition("\n")[0][:40]}


CALLS: dict[str, Callable[[Place], Iterator[Manifest]]] = {
    "k8s_get": _get,
    "k8s_describe": _describe,
    "k8s_list": _list,
    "k8s_events": _events,
    "k8s_find_problems": _problems,
    "k8s_logs": _logs,
    "k8s_plan_change": _plan,
}
"""By tool, all that it may be asked about one place; a tool that is not here fails a test."""


def _of_namespace(one: Place) -> Iterator[Manifest]:
    yield {"namespace": one.namespace}


def _of_one(one: Place) -> Iterator[Manifest]:
    yield {"namespace": one.namespace, "name": one.name}


def _progress(one: Place) -> Iterator[Manifest]:
    yield from _of_one(one)
    yield {"namespace": one.namespace, "name": one.name, "wait_seconds": 1}


def _upgrade(one: Place) -> Iterator[Manifest]:
    for version in ("v1.36.3", "v1.37.0", "v1.30.0"):
        yield {"namespace": one.namespace, "name": one.name, "version": version}


OF_CLUSTER_API: dict[str, Callable[[Place], Iterator[Manifest]]] = {
    "capi_find_problems": _of_namespace,
    "capi_list_clusters": _of_namespace,
    "capi_describe_cluster": _of_one,
    "capi_progress": _progress,
    "capi_check_upgrade": _upgrade,
    "capi_list_classes": _of_namespace,
    "capi_describe_class": _of_one,
}
"""The same of the Cluster API server; a place is a Cluster there, or the class of that name."""


def _diagnose(one: Place) -> Iterator[Manifest]:
    ref = "/".join(part for part in (one.kind, one.namespace, one.name) if part)
    yield {"namespace": one.namespace}
    yield {"namespace": one.namespace, "limit": 100}
    yield {"subject": ref}


OF_AGENT: dict[str, Callable[[Place], Iterator[Manifest]]] = {"diagnose": _diagnose}
"""The same of the agent's server."""
OF_A_CAUSE: dict[str, tuple[Manifest, ...]] = {
    "explain": ({}, {"limit": 200}),
    "plan_fix": ({},),
}
"""Its tools that are asked about a cause, and what else they are asked with."""
