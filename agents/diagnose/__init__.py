"""The diagnosis: ask every server, correlate what they found, name the root causes."""

from collections.abc import Callable
from functools import partial

from anyio import to_thread

from clusterwright.agents.diagnose.about import about
from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import gather
from clusterwright.agents.hub import Hub
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.ref import Ref


async def diagnose(
    hub: Hub,
    *,
    cluster: str | None = None,
    namespace: str | None = None,
    ref: Ref | None = None,
    kubeconfig: str = "",
    heard: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Return what is wrong in a cluster, or in one namespace of it, as the hub's servers see it.

    With `ref`, only what that object hangs on, wherever in its cluster that is; raise NotFoundError
    if there is none, InvalidInputError if it is in another namespace. `kubeconfig` is only named in
    the commands that a reader may type; `heard` is told each server that has answered.
    """
    if ref and namespace and ref.namespace not in {"", namespace}:
        raise InvalidInputError(
            f"{str(ref)!r} is not in namespace {namespace!r}", hint="leave the namespace out"
        )
    where = None if ref else namespace
    answers = await gather(hub, cluster=cluster, namespace=where, heard=heard)
    found = await to_thread.run_sync(partial(correlate, answers, kubeconfig=kubeconfig))
    if ref is None:
        return found
    answered = next((one.cluster for one in answers if one.cluster), cluster or "")
    return await about(hub, found, answers, ref, answered)
