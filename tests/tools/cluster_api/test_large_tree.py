"""A Cluster of more pools than a tree has room for: those in trouble are drawn."""

from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.cluster_api.tree import Branch, tree
from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.objects import CORE, cluster, layer, machine, snapshot_of, told
from tests.tools.kubernetes.analyzers.cluster import NOW, make

REFERENCE = {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "AWSCluster", "name": "train"}


def pool(name: str, status: str) -> Manifest:
    conditions = [told("Available", status, "NotAvailable")] if status else []
    one = make("MachineDeployment", name, api=CORE, namespace="default")
    labels = {"cluster.x-k8s.io/cluster-name": "train"}
    one["metadata"]["labels"] = labels
    one["spec"] = {
        "clusterName": "train",
        "replicas": 1,
        "selector": {"matchLabels": {"cluster.x-k8s.io/deployment-name": name}},
    }
    one["status"] = {"conditions": conditions}
    return one


def drawn(*pools: tuple[str, str, str]) -> Branch:
    """Return the tree of pools by their names, their status and that of their machine."""
    one = cluster(infrastructureRef=REFERENCE)
    infrastructure = layer("AWSCluster", "train", told("Ready", "True"))
    parts = [pool(name, status) for name, status, _ in pools]
    machines = [
        machine(told("Ready", ready, "Because"), name=f"{name}-1", pool=name)
        for name, _, ready in pools
    ]
    return tree(estate_of(snapshot_of(one, infrastructure, *parts, *machines)), one)


def names(branch: Branch) -> list[str]:
    return [one.ref.name for one in branch.children]


def well(many: int) -> list[tuple[str, str, str]]:
    return [(f"p{n:02d}", "True", "True") for n in range(many)]


def test_a_pool_in_trouble_is_drawn_however_late_its_name_is() -> None:
    found = drawn(*well(29), ("zz", "False", "False"))
    assert names(found) == ["train", *(f"p{n:02d}" for n in range(18)), "zz"]
    assert (found.more_pools, found.more) == (11, 11)
    *_, last = found.lines(NOW)
    assert last == "  [11 more pools, and 11 more machines; those in trouble are left out last]"


def test_a_pool_whose_machine_is_in_trouble_is_in_trouble_itself() -> None:
    found = drawn(*well(29), ("zz", "True", "False"))
    assert names(found)[-1] == "zz"


def test_the_infrastructure_is_drawn_however_many_pools_are_in_trouble() -> None:
    found = drawn(*((f"p{n:02d}", "False", "False") for n in range(30)))
    assert names(found) == ["train", *(f"p{n:02d}" for n in range(19))]


def test_where_there_is_room_nothing_moves_and_nothing_is_left_out() -> None:
    found = drawn(*well(5), ("a", "False", "False"), ("zz", "", "Unknown"))
    assert names(found) == ["train", "a", *(f"p{n:02d}" for n in range(5)), "zz"]
    assert (found.more_pools, found.more, found.machines) == (0, 0, 7)
