"""What is wrong, at an address: the same as `diagnose`, for hosts that read and listen."""

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.remediate.found import Scope
from clusterwright.agents.serving.diagnosed import MOST, Diagnosed, page
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.ref import check_namespace
from clusterwright.tools.resource import Resource

LOOK_SECONDS = 30.0
"""Between two diagnoses, while somebody listens."""


async def read(
    work: Workplace, *, namespace: str | None = None, cluster: str | None = None
) -> Diagnosed:
    """Return the root causes of all that is wrong, worst first, as many as an answer holds."""
    found = await whole(work, namespace, cluster)
    return page(found, found.root_causes, MOST, lambda _: None)


async def whole(work: Workplace, namespace: str | None, cluster: str | None) -> Diagnosis:
    """Return all that is wrong; raise InvalidInputError for a namespace that there cannot be."""
    if namespace:
        check_namespace(namespace)
    return (await work.look(Scope(cluster, namespace))).diagnosis


def state(answer: Diagnosed) -> str:
    """Return what changes when a root cause comes, goes, or gets worse."""
    return "\n".join([answer.verdict, *(f"{one.id} {one.severity}" for one in answer.causes)])


RESOURCE = Resource(
    "clusterwright://findings{?namespace,cluster}",
    read,
    "Findings",
    state=state,
    look_seconds=LOOK_SECONDS,
)
