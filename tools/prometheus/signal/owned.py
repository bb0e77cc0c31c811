"""Pods of a workload of any kind, found from below: by their chains of owners."""

from typing import TYPE_CHECKING

from clusterwright.tools.errors import ToolError
from clusterwright.tools.manifest import Manifest, dig, items, name_of, text

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.ref import Ref, legal

_DEEPEST = 5
_MOST_OWNERS = 50
"""Owners that are read; a namespace seldom has more between its pods and one workload."""


async def owned_names(
    connection: "Connection", workload: Manifest, ref: Ref, most: int
) -> list[str]:
    """Return the names of at most `most` pods of the namespace that a workload owns."""
    uid = dig(workload, "metadata", "uid")
    chains = _Chains(connection, uid)
    pods = await connection.list_metadata(await connection.resource("Pod"), ref.namespace)
    found: list[str] = []
    for pod in pods:
        if len(found) < most and await chains.lead_up(pod, ref.namespace):
            found.append(name_of(pod))
    return sorted(found)


class _Chains:
    """Owners by uid, read once each."""

    def __init__(self, connection: "Connection", top: object) -> None:
        self._connection = connection
        self._known: dict[object, bool] = {top: True}
        self._read = 0

    async def lead_up(self, one: Manifest, namespace: str, depth: int = 0) -> bool:
        """Return whether the owners of an object lead to the top."""
        for by in items(one, "metadata", "ownerReferences"):
            uid = by.get("uid")
            if uid not in self._known:
                self._known[uid] = False  # also for one that owns itself
                self._known[uid] = depth < _DEEPEST and await self._above(by, namespace, depth)
            if self._known[uid]:
                return True
        return False

    async def _above(self, reference: Manifest, namespace: str, depth: int) -> bool:
        kind, name = text(reference, "kind"), text(reference, "name")
        owner = legal(kind, name, namespace, text(reference, "apiVersion"))
        if owner is None or self._read >= _MOST_OWNERS:
            return False
        self._read += 1
        try:
            resource = await self._connection.resource(owner.kind_key)
            where = namespace if resource.namespaced else None
            found = await self._connection.get(resource, name, where)
        except ToolError:
            return False  # what cannot be read leads nowhere
        return await self.lead_up(found, namespace, depth + 1)
