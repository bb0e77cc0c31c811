"""A real cluster with sixteen faults and six healthy oddities, recorded from the sandbox.

Taken from Kubernetes 1.36 with `clusterwright sandbox break`; fields that no analyzer reads, the
pods beyond two of one owner, and what an object says of its identity are left out.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.snapshot import Snapshot

_FILE = Path(__file__).parent / "data" / "broken.json"


@cache
def _text() -> str:
    return _FILE.read_text(encoding="utf-8")


def recorded_now() -> datetime:
    return datetime.fromisoformat(json.loads(_text())["now"])


def recorded_objects() -> dict[str, list[Manifest]]:
    """A copy that a test may change."""
    return json.loads(_text())["objects"]


def recorded() -> Snapshot:
    return Snapshot("recorded", recorded_now(), recorded_objects())
