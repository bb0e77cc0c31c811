"""Objects of k0rdent, Sveltos and Flux as the sandbox's controllers wrote them (captured.json).

One cluster, train, works; each other ClusterDeployment and profile has one fault, as estate.yaml
makes them. The release ingress was scaled by hand while its profile was paused.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path

from clusterwright.tools.cluster_api.k0rdent import kinds as k0rdent
from clusterwright.tools.cluster_api.sveltos import kinds as sveltos
from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Manifest, name_of, text
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.objects import conclude
from tests.tools.kubernetes.analyzers.cluster import NOW

SERVED = (*k0rdent.KINDS, k0rdent.RELEASE, *sveltos.KINDS, "Cluster.cluster.x-k8s.io")
_HEALTHY = {
    "ClusterDeployment": {"train"},
    "HelmRelease": {"train"},
    "Credential": {"sandbox"},
    "ClusterProfile": set[str](),
    "ClusterSummary": {"p--train-capi-train"},
    "SveltosCluster": set[str](),
    "MultiClusterService": set[str](),
}
_BROKEN = {"sandbox-standalone-cp-9-9-9", "elsewhere-1-0-0"}


@cache
def _read() -> list[Manifest]:
    found: list[Manifest] = json.loads(
        Path(__file__).with_name("captured.json").read_text(encoding="utf-8")
    )
    return found


def captured() -> list[Manifest]:
    """Every object, afresh."""
    return deepcopy(_read())


def healthy() -> list[Manifest]:
    """What belongs to the cluster that works, as if nothing were paused or changed by hand."""
    found: list[Manifest] = []
    for one in captured():
        wanted = _HEALTHY.get(text(one, "kind"))
        if name_of(one) in _BROKEN or (wanted is not None and name_of(one) not in wanted):
            continue
        one["metadata"].get("annotations", {}).pop(sveltos.PAUSED, None)
        if one["kind"] in {"Profile", "ClusterSummary"}:
            one["status"].pop("reconciliationSuspended", None)
        if one["kind"] == "ResourceSummary":
            one["status"] = {"helmResourcesChanged": False}
        found.append(one)
    return found


def get(objects: list[Manifest], kind: str, name: str) -> Manifest:
    return next(one for one in objects if one["kind"] == kind and name_of(one) == name)


def drop(objects: list[Manifest], kind: str, name: str) -> None:
    objects.remove(get(objects, kind, name))


def tell(one: Manifest, kind: str, status: str, reason: str, message: str = "") -> None:
    """Put a condition into an object, in place of the one of its type."""
    conditions = one.setdefault("status", {}).setdefault("conditions", [])
    conditions[:] = [c for c in conditions if c["type"] != kind]
    since = "2026-11-27T02:00:00Z"
    told = {"type": kind, "status": status, "reason": reason, "message": message}
    conditions.append({**told, "lastTransitionTime": since})


def broken(change: Callable[[list[Manifest]], None]) -> list[Finding]:
    """What is found once a change was made to what is healthy."""
    objects = healthy()
    change(objects)
    return conclude(*objects, served=SERVED)


def snapshot(objects: list[Manifest], namespace: str = "") -> Snapshot:
    found: dict[str, list[Manifest]] = {kind: [] for kind in SERVED}
    for one in objects:
        group = text(one, "apiVersion").rpartition("/")[0]
        found.setdefault(f"{one['kind']}.{group}", []).append(one)
    return Snapshot("test", NOW, found, namespace=namespace)
