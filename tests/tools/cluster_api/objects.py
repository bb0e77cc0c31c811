"""Cluster API objects as its managers (v1.14) write them, cut to what is read."""

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Fulfilled, ReadRequest
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


def conclude(*objects: Manifest, served: tuple[str, ...] = ()) -> list[Finding]:
    """Return what all analyzers make of the objects; `served` kinds were read and had none."""
    found: dict[str, list[Manifest]] = {kind: [] for kind in served}
    for one in objects:
        api = text(one, "apiVersion").partition("/")[0]
        found.setdefault(f"{one['kind']}.{api}", []).append(one)
    snapshot = Snapshot("test", NOW, found)
    concluded: list[Finding] = []
    for analyzer in ANALYZERS:
        for lead in group(analyzer.detect(snapshot)):
            requests = [one for one in lead.requests if isinstance(one, ReadRequest)]
            read = {one: snapshot.get(one.ref) for one in requests}
            finding = analyzer.refine(lead, Fulfilled(objects=read))
            concluded += [finding] if finding else []
    return concluded


def ref(kind: str, name: str, group: str = "cluster.x-k8s.io") -> Ref:
    return Ref(kind, name, "default", group)
