"""What waits between the steps of a change: it only reads, until the next step can be taken."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.errors import ConflictError, ToolError
from clusterwright.tools.gpu.changes.clients import claims_of, clients_on, named
from clusterwright.tools.gpu.changes.mig_again import in_force
from clusterwright.tools.gpu.changes.mig_proof import carried_out
from clusterwright.tools.gpu.changes.operand_proof import replaced
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.kubernetes.changes.step import Met, Pending, Step, Verdict
from clusterwright.tools.manifest import Manifest, mapping, number, text, truth

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_PAUSE = 0.5
CLIENTS_GONE, MIG_DONE, OPERAND_READY = "clients", "mig", "operand"


class Waiter:
    """Waits for what a step's body names under `until`, at most for its `seconds`."""

    def __init__(self, longest: float) -> None:
        """Take how many seconds may go by for machines."""
        self._longest = longest

    async def run(
        self, clusters: "Clusters", connection: "Connection", step: Step, agent: str, wait: float
    ) -> str:
        """Return nothing once it is so; raise ConflictError where it was waited for in vain.

        What goes on `anyway` only waits for as long as it makes sense: its proof tells what came.
        """
        del clusters, agent
        verdict, seconds = await self._end(connection, step, wait)
        if isinstance(verdict, Met) or truth(step.write.body, "anyway"):
            return ""
        said = f"not within {seconds:.0f} s: " if isinstance(verdict, Pending) else ""
        raise ConflictError(f"{said}{verdict.why}")

    async def _end(
        self, connection: "Connection", step: Step, wait: float
    ) -> tuple[Verdict, float]:
        """Return the verdict that ends a wait, and for how long nothing else was seen."""
        seconds = max(wait, min(number(step.write.body, "seconds"), self._longest))
        begun = anyio.current_time()
        stuck_since: float | None = None
        while True:
            verdict, now = await _look(connection, step), anyio.current_time()
            if not isinstance(verdict, Pending) or now - begun >= seconds:
                return verdict, seconds
            stuck_since = (now if stuck_since is None else stuck_since) if verdict.stuck else None
            if stuck_since is not None and now - stuck_since >= wait:
                return verdict, wait
            await anyio.sleep(_PAUSE)

    async def took_place(self, connection: "Connection", entry: Manifest) -> bool:
        """Return that a wait that was cut short has done nothing."""
        del connection, entry
        return False

    def hint(self, said: str) -> str:
        """Return nothing: a wait ends with no error that a dry run could show."""
        del said
        return ""


async def _look(connection: "Connection", step: Step) -> Verdict:
    try:
        return await _LOOKS[text(step.write.body, "until")](connection, step)
    except ToolError as error:
        return Pending(f"it cannot be read: {error}")  # as while a node of its own goes down


async def _clients_gone(connection: "Connection", step: Step) -> Verdict:
    pods = await _pods(connection, step)
    objects = {"Pod": pods, "ResourceClaim": await _claims(connection, pods)}
    left = clients_on(Estate(connection.cluster, connection.now, objects), step.ref.name)
    return Pending(f"still there: {named(left)}") if left else Met()


async def _claims(connection: "Connection", pods: Sequence[Manifest]) -> list[Manifest]:
    """Return the claims of pods, so that those of other devices do not count."""
    found = [await connection.live(ref) for pod in pods for ref in claims_of(pod)]
    return [one for one in found if one]


async def _mig_done(connection: "Connection", step: Step) -> Verdict:
    found = await connection.live(step.ref)
    return carried_out(mapping(step.write.body, "expected"), found, ())


async def _operand_ready(connection: "Connection", step: Step) -> Verdict:
    body, pods = step.write.body, await _pods(connection, step)
    verdict = replaced(text(body, "daemonset"), text(body, "uid"), None, pods)
    layout = mapping(body, "layout")
    if layout and isinstance(verdict, Met):
        return in_force(layout, await connection.live(step.ref), ())
    return verdict


async def _pods(connection: "Connection", step: Step) -> list[Manifest]:
    resource = await connection.resource("Pod")
    where = f"spec.nodeName={step.ref.name}"
    return await connection.list(resource, None, field_selector=where)


_LOOKS: dict[str, Callable[["Connection", Step], Awaitable[Verdict]]] = {
    CLIENTS_GONE: _clients_gone,
    MIG_DONE: _mig_done,
    OPERAND_READY: _operand_ready,
}
