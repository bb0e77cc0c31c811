"""The diagnosis: ask every server, correlate what they found, name the root causes."""

from clusterwright.agents.diagnose.about import about
from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import gather
from clusterwright.agents.hub import Hub
from clusterwright.tools.ref import Ref


async def diagnose(
    hub: Hub,
    *,
    cluster: str | None = None,
    namespace: str | None = None,
    ref: Ref | None = None,
    kubeconfig: str = "",
) -> Diagnosis:
    """Return what is wrong in a cluster, or in one namespace of it, as the hub's servers see it.

    With `ref`, only what that object hangs on; raise NotFoundError if there is none. `kubeconfig`
    is only named in the commands that a reader may type.
    """
    answers = await gather(hub, cluster=cluster, namespace=namespace)
    found = correlate(answers, kubeconfig=kubeconfig)
    if ref is None:
        return found
    answered = next((one.cluster for one in answers if one.cluster), cluster or "")
    return await about(hub, found, answers, ref, answered)
