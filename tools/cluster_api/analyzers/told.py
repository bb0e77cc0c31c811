"""Findings that rest on what a condition of an object says."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from clusterwright.tools.cluster_api.cause import Cause
from clusterwright.tools.cluster_api.condition import Condition
from clusterwright.tools.cluster_api.estate import Estate, pool_of
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Relation
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

_FIELDS = frozenset({"failureMessage", "errorMessage"})
_SEARCHED = 2_000
_SHORTEST_NAME = 2
_REQUEST = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids of requests, which differ for each try."""
_LONGEST = 200
"""Characters of what a controller said; a finding's evidence has more."""


_AZURE = re.compile(
    r'ERROR CODE: (?P<code>\w{1,80})\n-{20,100}\n\{\s{0,20}"error": \{\s{0,20}"code": "\w{1,80}",'
    r'\s{0,20}"message": "(?P<message>[^"\n]{1,1000})'
)
"""A refusal of Azure's API, which its SDK writes behind the request and between rules (Azure SDK
for Go, sdk/azcore/internal/exported/response_error.go)."""


def gist(message: str) -> str:
    """Return what a cloud said, where a provider wraps it in more than a line can hold."""
    found = _AZURE.search(message[:_SEARCHED])
    return f"{found['code']}: {found['message']}" if found else message


def titled(ours: str, message: str) -> str:
    """Return a title that ends with what a controller said, in marks: it may be cut or altered."""
    said = one_line(gist(message), _LONGEST - len(ours))
    return f"{ours}: {quoted(said)}" if said else ours


def proof(manifest: Manifest, one: Condition) -> tuple[Evidence, ...]:
    """Return a condition as evidence: its status, its reason, and what it says."""
    return _proof(
        Ref.of(manifest), f"{one.where}[?(@.type=='{one.type}')]", one.reason, one.message
    )


def proof_of(cause: Cause) -> tuple[Evidence, ...]:
    """Return a cause as evidence."""
    if cause.condition in _FIELDS:
        path = f"{cause.where}.{cause.condition}"
        value = one_line(f"{cause.reason}: {cause.message}", 600)
        return (FieldEvidence(ref=cause.ref, path=path, value=value),)
    path = f"{cause.where}[?(@.type=='{cause.condition}')]"
    return _proof(cause.ref, path, cause.reason, cause.message)


def alike(message: str, *named: tuple[str, str]) -> str:
    """Return a message that is equal for all that say the same: without names and request ids.

    Args:
        message: as a controller wrote it.
        named: names and what stands for each; the longest go first, as one may be in another.
    """
    said = message[:_SEARCHED]
    for name, what in sorted(named, key=lambda one: -len(one[0])):
        if len(name) > _SHORTEST_NAME:
            said = said.replace(name, what)
    return _REQUEST.sub("…", said)


def lasting(since: datetime | None, now: datetime, patience: timedelta) -> bool:
    """Return whether something is so for longer than it normally takes."""
    return since is not None and now - since > patience


def _proof(ref: Ref, path: str, reason: str, message: str) -> tuple[Evidence, ...]:
    told: list[Evidence] = []
    if message:
        said = one_line(gist(message), 600)
        told.append(FieldEvidence(ref=ref, path=f"{path}.message", value=said))
    told.append(FieldEvidence(ref=ref, path=f"{path}.reason", value=one_line(reason)))
    return tuple(told)


def chain(estate: Estate, machine: Manifest) -> Iterator[Relation]:
    """Yield the edges from a Machine to its pool to its Cluster."""
    pool, cluster = pool_of(machine), estate.cluster_of(machine)
    if pool != Ref.of(machine):
        yield Relation(source=Ref.of(machine), edge=Edge.OWNED_BY, target=pool)
    if cluster is not None:
        yield Relation(source=pool, edge=Edge.OWNED_BY, target=Ref.of(cluster))


def on_cluster(estate: Estate, manifest: Manifest) -> tuple[Relation, ...]:
    """Return the edge from an object to the Cluster that it belongs to."""
    cluster = estate.cluster_of(manifest)
    if cluster is None or cluster is manifest:
        return ()
    return (Relation(source=Ref.of(manifest), edge=Edge.OWNED_BY, target=Ref.of(cluster)),)
