"""Objects as Cluster API 1.14.2 and its in-memory provider wrote them, captured on a sandbox.

Cut to what is read: without managedFields, uids and the configuration of kubeadm. Machines are
simulated by the in-memory provider; every condition was written by the real controllers.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.manifest import Json, Manifest, items, text
from clusterwright.tools.snapshot import Snapshot

LEFT_OUT = ("DevCluster.infrastructure.cluster.x-k8s.io",)
FOLDER = Path(__file__).parent / "captures"


def captured(name: str) -> list[Manifest]:
    """The objects of one capture."""
    found: list[Manifest] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def later(objects: list[Manifest], minutes: float = 10) -> Snapshot:
    """A Snapshot of objects some minutes after the last of their conditions changed."""
    kinds: dict[str, list[Manifest]] = {}
    for one in objects:
        group = text(one, "apiVersion").partition("/")[0]
        kinds.setdefault(f"{one['kind']}.{group}", []).append(one)
    gaps = tuple(Gap(what=one, reason="not captured") for one in LEFT_OUT if one not in kinds)
    last = max(datetime.fromisoformat(time) for one in objects for time in _times(one))
    return Snapshot("test", last + timedelta(minutes=minutes), kinds, Coverage(gaps=gaps))


def _times(one: Manifest) -> Iterator[str]:
    yield text(one, "metadata", "creationTimestamp")
    for style in (("conditions",), ("v1beta2", "conditions")):
        conditions: list[Json] = items(one, "status", *style)
        yield from (text(each, "lastTransitionTime") for each in conditions)
