"""Cluster API objects as its managers (v1.14) write them, cut to what is read."""

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import EventRequest, Fulfilled, ListRequest, ReadRequest
from clusterwright.tools.cluster_api.analyzers import ANALYZERS
from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Json, Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from tests.tools.kubernetes.analyzers.cluster import NOW, ago, make

CORE = "cluster.x-k8s.io/v1beta2"
AWS = "infrastructure.cluster.x-k8s.io/v1beta2"
NO_CAPACITY = (
    "failed to create AWSMachine instance: failed to run instance: InsufficientInstanceCapacity:"
    " We currently do not have sufficient p5.48xlarge capacity"
)


def told(kind: str, status: str, reason: str = "", message: str = "", **more: Json) -> Manifest:
    since = ago(more.pop("seconds", 600))
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": since,
        **more,
    }


def cluster(*conditions: Manifest, name: str = "train", **spec: Json) -> Manifest:
    status = {"conditions": list(conditions)}
    return make("Cluster", name, api=CORE, namespace="default", spec=spec, status=status)


def machine(
    *conditions: Manifest,
    name: str = "train-gpu-1",
    pool: str = "train-gpu",
    metadata: Manifest | None = None,
    node: str = "",
    **spec: Json,
) -> Manifest:
    labels = {"cluster.x-k8s.io/deployment-name": pool}
    reference = {"apiGroup": AWS.partition("/")[0], "kind": "AWSMachine", "name": name}
    status: Manifest = {"conditions": list(conditions)}
    if node:
        status["nodeRef"] = {"name": node}
    return make(
        "Machine",
        name,
        api=CORE,
        namespace="default",
        metadata={"labels": labels, **(metadata or {})},
        spec={"clusterName": "train", "infrastructureRef": reference, **spec},
        status=status,
    )


def aws_machine(*conditions: Manifest, name: str = "train-gpu-1", ready: bool = False) -> Manifest:
    status = {"conditions": list(conditions), "ready": ready}
    return make("AWSMachine", name, api=AWS, namespace="default", status=status)


def snapshot_of(*objects: Manifest, served: tuple[str, ...] = ()) -> Snapshot:
    """A Snapshot of the objects; `served` kinds were read and had none."""
    found: dict[str, list[Manifest]] = {kind: [] for kind in served}
    for one in objects:
        api = text(one, "apiVersion").partition("/")[0]
        found.setdefault(f"{one['kind']}.{api}", []).append(one)
    return Snapshot("test", NOW, found)


def layer(
    kind: str,
    name: str,
    *conditions: Manifest,
    group: str = "infrastructure.cluster.x-k8s.io",
    version: str = "v1beta1",
    **more: Json,
) -> Manifest:
    """A provider's object of any kind, with what its status says."""
    status: Manifest = {"conditions": list(conditions), **more.pop("status", {})}
    return make(kind, name, api=f"{group}/{version}", namespace="default", status=status, **more)


def refer(kind: str, name: str, group: str = "infrastructure.cluster.x-k8s.io") -> Manifest:
    return {"apiGroup": group, "kind": kind, "name": name}


def conclude(
    *objects: Manifest,
    served: tuple[str, ...] = (),
    nodes: list[Manifest] | None = None,
    events: tuple[Manifest, ...] = (),
    there: tuple[Manifest, ...] = (),
) -> list[Finding]:
    """Return what all analyzers make of the objects.

    Args:
        objects: as they were listed.
        served: kinds that were read and had none.
        nodes: of every workload cluster that is asked; None: it does not answer.
        events: about any object.
        there: what is found when it is read again, though it was not listed.
    """
    snapshot = snapshot_of(*objects, served=served)
    return examine(snapshot, nodes=nodes, events=events, there=there)


def examine(
    snapshot: Snapshot,
    *,
    nodes: list[Manifest] | None = None,
    events: tuple[Manifest, ...] = (),
    there: tuple[Manifest, ...] = (),
) -> list[Finding]:
    """Return what all analyzers make of a Snapshot."""
    more = {Ref.of(one): one for one in there}
    concluded: list[Finding] = []
    for analyzer in ANALYZERS:
        for lead in group(analyzer.detect(snapshot)):
            asked = lead.requests
            read = {
                one: snapshot.get(one.ref) or more.get(one.ref)
                for one in asked
                if isinstance(one, ReadRequest)
            }
            told = {one: events for one in asked if isinstance(one, EventRequest)}
            listed = {one: nodes for one in asked if isinstance(one, ListRequest)}
            lists = {one: found for one, found in listed.items() if found is not None}
            fulfilled = Fulfilled(objects=read, events=told, lists=lists)
            finding = analyzer.refine(lead, fulfilled)
            concluded += [finding] if finding else []
    return concluded


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


def ref(kind: str, name: str, group: str = "cluster.x-k8s.io") -> Ref:
    return Ref(kind, name, "default", group)
