"""Real clusters, recorded from the sandbox: one with pods that are unwell, one with controllers.

Taken from Kubernetes 1.36 with `clusterwright sandbox break`; fields that no analyzer reads, the
pods beyond two of one owner, and what an object says of its identity are left out. The first has
sixteen faults and six healthy oddities, the second ten faults of what stands above pods.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.snapshot import Snapshot

_DATA = Path(__file__).parent / "data"
PODS, CONTROLLERS = "broken", "controllers"


@cache
def _text(name: str) -> str:
    return (_DATA / f"{name}.json").read_text(encoding="utf-8")


def recorded_now(name: str = PODS) -> datetime:
    return datetime.fromisoformat(json.loads(_text(name))["now"])


def recorded_objects(name: str = PODS) -> dict[str, list[Manifest]]:
    """A copy that a test may change."""
    return json.loads(_text(name))["objects"]


def recorded(name: str = PODS) -> Snapshot:
    return Snapshot("recorded", recorded_now(name), recorded_objects(name))
