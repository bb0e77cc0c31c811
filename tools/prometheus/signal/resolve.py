"""From a target to what its series are named by: by the cluster, else by metrics, else by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clusterwright.tools.errors import ForbiddenError, ToolError, UnreachableError
from clusterwright.tools.manifest import Manifest, dig, items, name_of, strings
from clusterwright.tools.prometheus.promql.literals import escaped, string
from clusterwright.tools.prometheus.signal.owned import owned_names
from clusterwright.tools.prometheus.signal.pods import (
    addresses_of,
    claims_of,
    either,
    made_by,
    named_after,
)
from clusterwright.tools.prometheus.signal.subject import About, Subject, about
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.backend import Backend

_RULE = "namespace_workload_pod:kube_pod_owner:relabel"
"""The recording rule of kubernetes-mixin that names the workload of each pod."""
_MOST_PODS = 200
_KNOWN = frozenset({"StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"})
"""Kinds whose pods are called after them, so that their name tells those that are gone too."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A subject, and how its series were found out."""

    subject: Subject
    how: str


async def resolve(
    target: Ref, gpu: str, within: str, backend: "Backend", connection: "Connection | None"
) -> Resolved:
    """Return what a target's series are named by.

    Raises NotFoundError for a workload or node that the cluster does not have, InvalidInputError
    for what has no signals. A pod may be gone: its series are not.
    """
    subject = Subject(about(target, gpu), target, gpu=gpu)
    if subject.about is About.NAMESPACE:
        return Resolved(subject, "all of the namespace")
    if subject.about is About.POD:
        return await _pod(replace(subject, pods=escaped(target.name)), connection)
    if subject.about in {About.NODE, About.GPU}:
        return await _node(subject, connection)
    if connection is not None:
        try:
            return await _workload(subject, connection)
        except (ForbiddenError, UnreachableError) as error:
            found = await _by_metrics(subject, within, backend)
            return replace(found, how=f"{found.how}; the cluster: {error.code}")
    return await _by_metrics(subject, within, backend)


async def _workload(subject: Subject, connection: "Connection") -> Resolved:
    ref = subject.ref
    resource = await connection.resource(ref.kind_key)
    found = await connection.get(resource, ref.name, ref.namespace)
    named = replace(subject, claims=claims_of(found))
    labels = strings(found, "spec", "template", "metadata", "labels")
    named = replace(named, services=await _services(connection, ref.namespace, labels, ref.name))
    if ref.kind in _KNOWN and not ref.group:
        return Resolved(replace(named, pods=named_after(ref)), "pods by the name of their owner")
    if ref.kind == "Deployment" and not ref.group:
        sets = await _replica_sets(connection, found, ref)
        pods = made_by(*sets) if sets else named_after(ref)
        return Resolved(replace(named, pods=pods), f"pods of its {len(sets)} ReplicaSets")
    names = await owned_names(connection, found, ref, _MOST_PODS)
    pods = either([escaped(one) for one in names]) if names else named_after(ref)
    how = f"{len(names)} pods by their owners" if names else "no pod is there: by name"
    return Resolved(replace(named, pods=pods), how)


async def _replica_sets(connection: "Connection", owner: Manifest, ref: Ref) -> list[str]:
    uid = dig(owner, "metadata", "uid")
    listed = await connection.list_metadata(await connection.resource("ReplicaSet"), ref.namespace)
    return sorted(
        name_of(one)
        for one in listed
        if any(by.get("uid") == uid for by in items(one, "metadata", "ownerReferences"))
    )


async def _services(
    connection: "Connection", namespace: str, labels: Mapping[str, str], name: str
) -> str:
    """Return the names of the Services that select pods with these labels, else the workload's."""
    try:
        listed = await connection.list(await connection.resource("Service"), namespace)
    except ToolError:
        return escaped(name)  # nothing but an ingress is found by it, and that says its service
    names = [
        escaped(name_of(one))
        for one in listed
        if (selector := strings(one, "spec", "selector")) and selector.items() <= labels.items()
    ]
    return either(names) if names else ""


async def _pod(subject: Subject, connection: "Connection | None") -> Resolved:
    ref = subject.ref
    if connection is None:
        return Resolved(subject, "the pod's name")
    try:
        found = await connection.get(await connection.resource("Pod"), ref.name, ref.namespace)
    except ToolError as error:
        return Resolved(subject, f"the pod's name; the pod itself: {error.code}")
    return Resolved(replace(subject, claims=claims_of(found)), "the pod's name")


async def _node(subject: Subject, connection: "Connection | None") -> Resolved:
    name = subject.ref.name
    node: Manifest | None = None
    how = "the node's name"
    if connection is not None:
        try:
            node = await connection.get(await connection.resource("Node"), name)
            how = "the node's name and addresses"
        except (ForbiddenError, UnreachableError) as error:
            how = f"the node's name; the node itself: {error.code}"
    return Resolved(replace(subject, addresses=addresses_of(name, node)), how)


async def _by_metrics(subject: Subject, within: str, backend: "Backend") -> Resolved:
    ref = subject.ref
    named = replace(subject, services=escaped(ref.name))
    matchers = f"namespace={string(ref.namespace)},workload={string(ref.name)}"
    matchers += f",workload_type=~{string(f'(?i:{ref.kind})')}"
    query = f"group by (pod) (last_over_time({_RULE}{{{matchers}}}[{within}]))"
    found = await backend.instant(query, limit=_MOST_PODS)
    pods = sorted({one.labels.get("pod", "") for one in found.series} - {""})[:_MOST_PODS]
    if pods:
        by_rule = either([escaped(one) for one in pods])
        return Resolved(replace(named, pods=by_rule), f"{len(pods)} pods by {_RULE}")
    how = "pods by a pattern of their names: neither the cluster nor a recording rule names them"
    return Resolved(replace(named, pods=named_after(ref)), how)
