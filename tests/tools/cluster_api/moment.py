"""Moments of real Clusters, as Cluster API 1.14 and its providers in the sandbox wrote them.

Read with the label of a Cluster while it was made, upgraded, scaled and deleted, and cut to what is
looked at. `train` has the sandbox's own provider, `cloudy` its simulated AWS, `memory` the
in-memory provider of Cluster API with a real kubeadm control plane.
"""

import json
from datetime import datetime
from pathlib import Path

from clusterwright.tools.cluster_api.estate import CLUSTER, Estate
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.snapshot import Snapshot

_HERE = Path(__file__).parent / "moments"
NAMES = tuple(sorted(one.stem for one in _HERE.glob("*-*-?.json")))


def moment(name: str) -> tuple[Estate, Manifest]:
    """Return what belonged to a Cluster at a moment, and the Cluster; fresh each time."""
    snapshot = snapshot_of(name)
    return Estate(snapshot), snapshot.of_kind(CLUSTER)[0]


def snapshot_of(name: str) -> Snapshot:
    """Return all that was read at a moment."""
    read = json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))
    return Snapshot("test", datetime.fromisoformat(read["now"]), read["objects"])
