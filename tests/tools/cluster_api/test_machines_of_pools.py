"""Machines belong to their pool, whichever way it names them, wherever they are told."""

import pytest

from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.tree import tree
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.objects import CORE, cluster, snapshot_of
from tests.tools.kubernetes.analyzers.cluster import make


def pool(kind: str, name: str) -> Manifest:
    return make(kind, name, api=CORE, namespace="default", spec={"clusterName": "train"})


def machine(name: str, *, owner: tuple[str, str] | None = None, **labels: str) -> Manifest:
    spelled = {f"cluster.x-k8s.io/{key.replace('_', '-')}": one for key, one in labels.items()}
    metadata: Manifest = {"labels": spelled}
    if owner:
        made_by = {"apiVersion": CORE, "kind": owner[0], "name": owner[1], "controller": True}
        metadata["ownerReferences"] = [made_by]
    spec = {"clusterName": "train"}
    return make("Machine", name, api=CORE, namespace="default", metadata=metadata, spec=spec)


@pytest.mark.parametrize(
    ("made", "holder"),
    [
        (machine("m", deployment_name="gpu"), "MachineDeployment"),
        (machine("m", owner=("MachineSet", "gpu-1"), deployment_name="gpu"), "MachineDeployment"),
        (machine("m", pool_name="gpu"), "MachinePool"),
        (machine("m", owner=("MachinePool", "gpu"), pool_name="gpu"), "MachinePool"),
        (machine("m", owner=("MachinePool", "gpu"), pool_name="hash_1234_z"), "MachinePool"),
    ],
)
def test_a_machine_hangs_below_its_pool_and_is_counted_in_it(made: Manifest, holder: str) -> None:
    pools = [pool("MachineDeployment", "gpu"), pool("MachinePool", "gpu")]
    read = snapshot_of(cluster(), *pools, made, machine("stray"))
    estate, own = estate_of(read), cluster()
    drawn = tree(estate, own)
    assert {one.ref.kind: [each.ref.name for each in one.children] for one in drawn.children} == {
        "MachineDeployment": ["m"] if holder == "MachineDeployment" else [],
        "MachinePool": ["m"] if holder == "MachinePool" else [],
        "Machine": [],
    }
    parts = Parts.of(estate, own)
    counted = {Ref.of(one.manifest or {}).kind: len(one.machines) for one in parts.pools}
    assert counted[holder] == 1
    assert sum(counted.values()) == 1
    assert [name_of(one) for one in parts.stray] == ["stray"]
