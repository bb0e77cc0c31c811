"""The tool that says whether a pod fits, why not on each node, and what would make it run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.errors import ForbiddenError, InvalidInputError
from clusterwright.tools.gpu.asked_pod import EXAMPLE, fetched, named
from clusterwright.tools.gpu.dra.claims import TEMPLATE as CLAIM_TEMPLATE
from clusterwright.tools.gpu.fit import volumes
from clusterwright.tools.gpu.fit.answer import Fit
from clusterwright.tools.gpu.fit.explain import described, explain, managers
from clusterwright.tools.gpu.fit.request import Request, pod_of
from clusterwright.tools.gpu.read_sharing import read_refusals
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, items, truth
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_KINDS = ("Node", "Pod", "Namespace", "DeviceClass", "ResourceSlice", "ResourceClaim")
_DRA = frozenset({"DeviceClass", "ResourceSlice", "ResourceClaim", CLAIM_TEMPLATE})


async def gpu_explain_fit(
    clusters: Clusters,
    pod: Annotated[str, Field(description="name, ns/name or Job/ns/name; or give requests")] = "",
    requests: Annotated[
        dict[str, int | str] | None,
        Field(description="gpu: 2, mig-1g.10gb: 1, cpu: 8"),
    ] = None,
    product: str = "",
    node_selector: dict[str, str] | None = None,
    tolerations: Annotated[tuple[str, ...], Field(description="key[=value][:Effect] or *")] = (),
    namespace: Annotated[str, Field(description="Of pod; whose quota.")] = "default",
    cluster: Cluster = None,
) -> Fit:
    """Say whether a pod, or one that requests so much, fits by kube-scheduler's rules.

    If not: each node's first failing filter, what Kueue, KAI, Volcano say, what would make it run.
    """
    if bool(pod) == bool(requests):
        raise InvalidInputError("name either a pod or requests", hint=EXAMPLE)
    ref = named(pod, namespace) if pod else None
    request = Request(requests or {}, product, node_selector or {}, tolerations, namespace)
    if ref is None:
        request.pod()  # what cannot be asked for costs no reading
    connection = await clusters.connect(cluster)
    if ref is None:
        await connection.require_namespace(namespace)
        snapshot = await _read(connection, [*_KINDS, "ResourceQuota"])
        found = request.pod(snapshot.of_kind("Node"))
        refusals = await read_refusals(connection, snapshot, found)
        return await to_thread.run_sync(explain, found, snapshot, described(found), (), refusals)
    made = await fetched(connection, ref)
    found = made if ref.kind == "Pod" else pod_of(made, ref)
    kinds = [*_KINDS, *(() if found is made else ("ResourceQuota",)), *_more(found)]
    snapshot = await _read(connection, kinds)
    asked = described(found) if found is made else f"{described(found)} of {ref}"
    suspended = truth(made, "spec", "suspend")
    before = [f"{ref} is suspended (spec.suspend): it makes no pods"] if suspended else []
    refusals = await read_refusals(connection, snapshot, found)
    return await to_thread.run_sync(explain, found, snapshot, asked, before, refusals)


TOOL = Tool(gpu_explain_fit, Effect.READ, "Explain whether a pod fits")


def _more(pod: Manifest) -> Sequence[str]:
    """Return the kinds of what the pod mounts and claims, and of whoever else has a say in it."""
    mounts = volumes.KINDS if any(volumes.claim_names(pod)) else ()
    templates = (CLAIM_TEMPLATE,) if items(pod, "spec", "resourceClaims") else ()
    return [*mounts, *templates, *(kind for one in managers(pod) for kind in one.kinds)]


async def _read(connection: "Connection", kinds: Sequence[str]) -> Snapshot:
    """Return nodes, all pods, and what of the other kinds is served."""
    wanted: list[str] = []
    for kind in kinds:
        name, _, group = kind.partition(".")
        group = "resource.k8s.io" if kind in _DRA else group
        if not group or name in {one.kind for one in await connection.served(group)}:
            wanted.append(kind)
    snapshot = await read_snapshot(connection, wanted, whole=True)
    for kind in ("Node", "Pod"):
        if not snapshot.was_read(kind):
            why = next((one.reason for one in snapshot.coverage.gaps if one.what == kind), "")
            raise ForbiddenError(
                f"{kind}s of the whole cluster cannot be read, so nothing is known to fit: {why}",
                hint="grant list of nodes and of pods in all namespaces",
            )
    return snapshot
