"""Read a cluster into a Snapshot, and the evidence that analyzers ask for afterwards."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.analyzer import (
    EventRequest,
    Fulfilled,
    LogRequest,
    ReadRequest,
    Request,
)
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import ForbiddenError, NotFoundError, ToolError
from clusterwright.tools.kubernetes.logs import BEFORE, GONE
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.redaction import redact_text
from clusterwright.tools.snapshot import Snapshot, oldest_first

_REFUSED = re.compile(
    r'User "([^"]{1,300})" cannot (\w{1,20}) resource [^\n]{1,300}?'
    r'(at the cluster scope|in the namespace "[^"]{1,63}")'
)
"""How the API server refuses what RBAC does not grant (k8s.io/apiserver, responsewriters)."""

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.kubernetes.client.resource import Resource

EVIDENCE_SECONDS = 5.0
EVIDENCE_REQUESTS = 60
LOG_LINES = 200
_SELECTED = {
    "Event": ("type!=Normal", "type=Normal,reason=Killing", "type=Normal,reason=FailedBinding")
}
"""Field selectors whose lists together are what a Snapshot holds of a kind.

Of the events of a busy cluster nine in ten say that all is well; of those, only two tell something
about a fault: Killing, that it was the kubelet which ended a container, and FailedBinding.
"""
LOG_BYTES = 64_000


async def read_snapshot(
    connection: "Connection",
    kinds: Iterable[str],
    namespace: str | None = None,
    *,
    labels: str = "",
    whole: bool = False,
) -> Snapshot:
    """Return the objects of the kinds, of one namespace or all, and what could not be read.

    Kinds are listed side by side, each whole, or what `labels` selects of it; `whole` says that a
    namespace alone is of no use, and keeps the advice to name one away. Cluster-scoped kinds
    are read whole in any case, but for other namespaces. Raises UnreachableError or
    UnauthenticatedError when the cluster cannot be read at all.
    """
    wanted = tuple(dict.fromkeys(kinds))
    if namespace:
        await connection.require_namespace(namespace)
    await connection.server_time()  # a cluster that does not answer is an error, not a gap
    objects: dict[str, list[Manifest]] = {}
    gaps: dict[str, Gap] = {}

    async def read(kind: str) -> None:
        resource: Resource | None = None
        try:
            resource = await connection.resource(kind)
            where = namespace if resource.namespaced else None
            selectors = _SELECTED.get(kind, ("",))
            if namespace and kind == "Namespace":  # what ails another one was not asked
                selectors = (f"metadata.name={namespace}",)
            objects[resource.kind_key] = [
                one
                for selector in selectors
                for one in await connection.list(
                    resource, where, label_selector=labels, field_selector=selector
                )
            ]
        except ToolError as error:
            everywhere = (
                resource is not None and resource.namespaced and not namespace and not whole
            )
            gaps[kind] = Gap(what=kind, reason=reason_of(error, everywhere=everywhere))

    async with anyio.create_task_group() as tasks:
        for kind in wanted:
            tasks.start_soon(read, kind)
    checked = {kind: len(objects[kind]) for kind in wanted if kind in objects}
    coverage = Coverage(checked=checked, gaps=tuple(gaps[k] for k in wanted if k in gaps))
    return Snapshot(connection.cluster, connection.now, objects, coverage, namespace or "")


def reason_of(error: ToolError, *, everywhere: bool) -> str:
    """Return why a kind was not read, in words that are equal for kinds with equal reasons.

    Who may not list a kind `everywhere` may often do so in a namespace, and is told to name it.
    """
    refused = _REFUSED.search(str(error)) if isinstance(error, ForbiddenError) else None
    if refused is None:
        return f"{error.code}: {error}"
    user, verb, scope = refused.groups()
    advice = "; ask for one namespace that it may read" if everywhere else ""
    return f"{error.code}: {user} may not {verb} it {scope}{advice}"


async def fulfil(
    connection: "Connection",
    requests: Sequence[Request],
    *,
    seconds: float = EVIDENCE_SECONDS,
    most: int = EVIDENCE_REQUESTS,
) -> Fulfilled:
    """Return the answers that could be had within `seconds`, to the first `most` requests.

    A request without an answer is left out: a finding then says what it knows without it.
    """
    logs: dict[LogRequest, tuple[str, ...]] = {}
    objects: dict[ReadRequest, Manifest | None] = {}
    events: dict[EventRequest, list[Manifest]] = {}
    refused: list[Request] = []

    async def answer(request: Request) -> None:
        try:
            if isinstance(request, LogRequest):
                logs[request] = await _log(connection, request)
            elif isinstance(request, EventRequest):
                events[request] = await _events(connection, request)
            elif isinstance(request, ReadRequest):
                objects[request] = await _object(connection, request)
            else:
                refused.append(request)  # of another cluster, which its own domain reads
        except ToolError:
            refused.append(request)  # what rests on it stays a suspicion of the analyzer's own

    with anyio.move_on_after(seconds):
        async with anyio.create_task_group() as tasks:
            for request in requests[:most]:
                tasks.start_soon(answer, request)
    left_out = len(requests) - len(logs) - len(objects) - len(events) - len(refused)
    return Fulfilled(logs=logs, objects=objects, events=events, left_out=left_out)


async def _log(connection: "Connection", request: LogRequest) -> tuple[str, ...]:
    """Return the end of a log; of the other run, where the node no longer has the one asked for.

    So it is while a container ends again between the reading of its status and of its log.
    """
    for previous in (request.previous, not request.previous):
        read = await connection.log(
            request.pod,
            request.container,
            previous=previous,
            tail_lines=LOG_LINES + BEFORE,
            limit_bytes=LOG_BYTES,
        )
        if not read.startswith(GONE):
            return tuple(redact_text(read).splitlines()[-LOG_LINES:])
    return ()


async def _object(connection: "Connection", request: ReadRequest) -> Manifest | None:
    ref = request.ref
    resource = await connection.resource(ref.kind_key)
    try:
        return await connection.get(resource, ref.name, ref.namespace or None)
    except NotFoundError:
        return None


async def _events(connection: "Connection", request: EventRequest) -> list[Manifest]:
    ref = request.ref
    about = f"involvedObject.kind={ref.kind},involvedObject.name={ref.name}"
    resource = await connection.resource("Event")
    found = await connection.list(resource, ref.namespace or None, field_selector=about)
    return oldest_first(found)
