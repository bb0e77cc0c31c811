"""Why what was written does not work: what the analyzers find about it, once it is not proven."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.analyze import analyze
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.find_problems import OWNERS
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.quotation import marked
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_SECONDS = 20.0
_MOST_NAMESPACES, _MOST = 3, 5


async def causes(connection: "Connection", refs: Sequence[Ref]) -> tuple[str, ...]:
    """Return what is wrong with objects, or with the pods below them, a line for each finding.

    Nothing where it cannot be read in time: it explains an outcome, and does not decide it.
    """
    found: list[str] = []
    namespaces = list(dict.fromkeys(one.namespace for one in refs if one.namespace))
    with anyio.move_on_after(_SECONDS):
        for namespace in namespaces[:_MOST_NAMESPACES]:
            try:
                found += await _causes(connection, namespace, frozenset(refs))
            except ToolError:
                continue
    return tuple(dict.fromkeys(found))[:_MOST]


async def _causes(connection: "Connection", namespace: str, refs: frozenset[Ref]) -> list[str]:
    kinds = dict.fromkeys((*OWNERS, *(kind for one in ANALYZERS for kind in one.needs)))
    snapshot = await read_snapshot(connection, kinds, namespace)
    analysis = await analyze(snapshot, ANALYZERS, partial(fulfil, connection))
    return [
        f"{one.code} {one.subject}: {one_line(one.title)}"
        for one in map(marked, analysis.findings)
        if _concerns(snapshot, one, refs)
    ]


def _concerns(snapshot: Snapshot, finding: Finding, refs: frozenset[Ref]) -> bool:
    """Return whether a finding is about one of the objects, or about what one of them owns."""
    for ref in (finding.subject, *finding.members):
        found = snapshot.get(ref)
        if ref in refs or (found is not None and not refs.isdisjoint(snapshot.owners(found))):
            return True
    return False
