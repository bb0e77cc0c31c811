"""Restarts: only where Cluster API replaces machines by itself."""

import pytest

from clusterwright.tools.cluster_api.changes.restart import Restart
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.changes.estate import MACHINES, NAME, bare, classy, made, pool, scene

MANY = made("MachinePool", "many", {"replicas": 5, "template": {"spec": {}}})
BY_HAND = pool(spec={"rollout": {"strategy": {"type": "OnDelete"}}})


@pytest.mark.parametrize(
    ("of", "name", "objects", "said"),
    [
        (bare(), "many", (MANY,), "is a MachinePool, which has no field for a restart"),
        (bare(), "train-gpu", (BY_HAND, *MACHINES), "no machine is replaced by itself"),
        (classy(), "gpu", (BY_HAND, *MACHINES), "no machine is replaced by itself"),
    ],
)
def test_what_would_not_be_restarted_is_refused(
    of: Manifest, name: str, objects: tuple[Manifest, ...], said: str
) -> None:
    with pytest.raises(RefusedError, match=said):
        Restart(name=NAME, pool=name).steps(scene(of, *objects))
