"""The diagnosis: ask every server, correlate what they found, name the root causes."""

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import gather
from clusterwright.agents.hub import Hub


async def diagnose(
    hub: Hub, *, cluster: str | None = None, namespace: str | None = None, kubeconfig: str = ""
) -> Diagnosis:
    """Return what is wrong in a cluster, or in one namespace of it, as the hub's servers see it.

    `kubeconfig` is only named in the commands that a reader may type.
    """
    answers = await gather(hub, cluster=cluster, namespace=namespace)
    return correlate(answers, kubeconfig=kubeconfig)
