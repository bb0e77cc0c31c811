"""The drawing of clusterctl is read right, and a tree that says something else is told.

That they agree on every scenario is judged where every scenario is made (tests/e2e).
"""

from clusterwright.tools.cluster_api.tree import Branch
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.clusterctl import Drawn, read
from tests.tools.cluster_api.tree_and_drawing import differences

DRAWING = """\
NAME                                      REPLICAS UP TO DATE STATUS REASON        SINCE MESSAGE
Cluster shop-eu/train, v1.35.2            3/3      3          False  NotAvailable  4m    * Workers
├─AWSCluster shop-eu/train-x                                  True   -             5m
├─SandboxControlPlane shop-eu/train-cp    1/1      1          True   Available     5m
└─Workers
  └─MachineDeployment shop-eu/train-gpu-a 0/2      2          False  NotAvailable  4m    * Machines
    ├─Machine shop-eu/train-gpu-a-1, v1.35  1      1          False  NotReady      4m    * Infrastr
    └─Machine shop-eu/train-gpu-a-2, v1.35  1      1          False  NotReady      4m
"""


def branch(
    role: str, kind: str, name: str, said: str, *children: Branch, members: int = 1
) -> Branch:
    status, _, reason = said.partition(" ")
    ref = Ref(kind, name, "shop-eu", "cluster.x-k8s.io")
    return Branch(
        role=role, ref=ref, status=status, reason=reason, members=members, children=children
    )


def tree(said: str = "False NotReady", members: int = 2) -> Branch:
    machine = branch("machine", "Machine", "train-gpu-a-1", said, members=members)
    pool = branch("pool", "MachineDeployment", "train-gpu-a", "False NotAvailable", machine)
    plane = branch("control plane", "SandboxControlPlane", "train-cp", "True Available")
    return branch("Cluster", "Cluster", "train", "False NotAvailable", plane, pool)


def test_each_object_of_a_drawing_is_read_with_its_status_and_reason() -> None:
    found = read(DRAWING)
    assert [one.kind for one in found] == [
        "Cluster",
        "AWSCluster",
        "SandboxControlPlane",
        "MachineDeployment",
        "Machine",
        "Machine",
    ]
    assert found[0] == Drawn("Cluster", "shop-eu", "train", "False", "NotAvailable")
    assert found[-1] == Drawn("Machine", "shop-eu", "train-gpu-a-2", "False", "NotReady")


def test_a_tree_that_says_the_same_differs_in_nothing() -> None:
    assert differences(tree(), read(DRAWING)) == []


def test_another_status_is_told_with_both() -> None:
    ref = "Machine.cluster.x-k8s.io/shop-eu/train-gpu-a-1"
    told = [f"{ref}: True Ready here, False NotReady drawn"]
    assert differences(tree("True Ready"), read(DRAWING)) == told


def test_machines_that_are_missing_from_a_tree_are_counted() -> None:
    assert differences(tree(members=1), read(DRAWING)) == ["1 machines here, 2 drawn"]
