"""Raw objects as an API server returns them, and what analyzers conclude from them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, ReadRequest
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHOP = "shop"


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def make(
    kind: str, name: str, *, api: str = "v1", namespace: str = SHOP, age: float = 600, **rest: Json
) -> Manifest:
    metadata: Manifest = {"name": name, "creationTimestamp": ago(age)}
    if namespace:
        metadata["namespace"] = namespace
    metadata |= rest.pop("metadata", {})
    return {"kind": kind, "apiVersion": api, "metadata": metadata, **rest}


def waiting(reason: str, message: str = "") -> Manifest:
    return {"waiting": {"reason": reason, "message": message}}


def ended(code: int, reason: str = "Error", message: str = "", *, at: float = 30) -> Manifest:
    return {
        "terminated": {
            "exitCode": code,
            "reason": reason,
            "message": message,
            "startedAt": ago(at + 2),
            "finishedAt": ago(at),
            "containerID": "containerd://1",
        }
    }


def running(since: float = 300) -> Manifest:
    return {"running": {"startedAt": ago(since)}}


def pod(
    state: Manifest | None = None,
    *,
    name: str = "cart-1",
    phase: str = "Running",
    last: Manifest | None = None,
    restarts: int = 0,
    ready: bool = False,
    container: Mapping[str, Json] | None = None,
    spec: Mapping[str, Json] | None = None,
    status: Mapping[str, Json] | None = None,
    **rest: Json,
) -> Manifest:
    """A pod with one container `app` in a state."""
    one = {"name": "app", "image": "shop/cart:1", **(container or {})}
    told: Manifest = {"phase": phase, **(status or {})}
    if state is not None:
        told["containerStatuses"] = [
            {
                "name": "app",
                "state": state,
                "lastState": last or {},
                "restartCount": restarts,
                "ready": ready,
            }
        ]
    return make("Pod", name, spec={"containers": [one], **(spec or {})}, status=told, **rest)


def owned(child: Manifest, owner: Manifest) -> Manifest:
    child["metadata"]["ownerReferences"] = [
        {
            "kind": owner["kind"],
            "apiVersion": owner["apiVersion"],
            "name": owner["metadata"]["name"],
            "controller": True,
        }
    ]
    return child


def event(
    about: Manifest, reason: str, message: str, *, age: float = 5, field: str = ""
) -> Manifest:
    ref = {
        "kind": about["kind"],
        "apiVersion": about["apiVersion"],
        "name": about["metadata"]["name"],
        "namespace": about["metadata"].get("namespace", ""),
        "fieldPath": field,
    }
    name = f"{about['metadata']['name']}.{abs(hash((reason, message, age)))}"
    return make(
        "Event",
        name,
        involvedObject=ref,
        reason=reason,
        message=message,
        lastTimestamp=ago(age),
        count=3,
    )


def snapshot(*objects: Manifest, also_read: Iterable[str] = ()) -> Snapshot:
    by_kind: dict[str, list[Manifest]] = defaultdict(list)
    for kind in also_read:
        by_kind[kind] = []
    for one in objects:
        ref = Ref.of(one)
        by_kind[f"{ref.kind}.{ref.group}" if ref.group else ref.kind].append(one)
    return Snapshot("test", NOW, by_kind)


def conclude(
    *objects: Manifest,
    analyzers: Iterable[Analyzer] = ANALYZERS,
    logs: Mapping[LogRequest, tuple[str, ...]] | None = None,
    now: Mapping[Ref, Manifest | None] | None = None,
    also_read: Iterable[str] = (),
) -> list[Finding]:
    """What the analyzers say; `now` is what reading an object again returns."""
    seen = snapshot(*objects, also_read=also_read)
    fulfilled = Fulfilled(
        logs=logs or {}, objects={ReadRequest(ref): found for ref, found in (now or {}).items()}
    )
    found = [
        analyzer.refine(one, fulfilled)
        for analyzer in analyzers
        for one in group(analyzer.detect(seen))
    ]
    return [finding for finding in found if finding is not None]


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding
