import pytest
from pydantic import BaseModel

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.ref import Ref, legal, owner_of


@pytest.mark.parametrize(
    "spelled",
    [
        "Pod/shop/cart-7d9f",
        "Node/gpu-1",
        "Machine.cluster.x-k8s.io/default/m-1",
        "ClusterRole/system:node",
        "CustomResourceDefinition/machines.cluster.x-k8s.io",
    ],
)
def test_a_canonical_spelling_survives_the_round_trip(spelled: str) -> None:
    assert str(Ref.parse(spelled)) == spelled


def test_a_built_in_group_is_left_out() -> None:
    assert str(Ref.parse("Deployment.apps/shop/cart")) == "Deployment/shop/cart"


@pytest.mark.parametrize(
    "spelled",
    [
        "",
        "Pod",
        "Pod/",
        "pod/shop/cart",
        "Pod/shop/cart/extra",
        "Pod/Shop/cart",
        "Pod/shop/..",
        "Pod/shop/a%2fb",
        "Pod/shop/--server=http:",
        "Pod/shop/cart\n",
        "Pod/shop/ca rt",
        "Pod/shop/" + "a" * 254,
        "Machine.Cluster/default/m-1",
    ],
)
def test_what_is_no_reference_is_refused_with_a_hint(spelled: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Ref.parse(spelled)
    assert caught.value.hint


def test_a_reference_crosses_a_boundary_as_one_string() -> None:
    class Holder(BaseModel):
        ref: Ref

    holder = Holder(ref=Ref("Pod", "cart-1", "shop"))
    assert holder.model_dump(mode="json") == {"ref": "Pod/shop/cart-1"}
    assert Holder.model_validate_json(holder.model_dump_json()) == holder


def test_the_controller_is_the_owner_among_several() -> None:
    pod = {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {
            "name": "cart-1",
            "namespace": "shop",
            "ownerReferences": [
                {"kind": "Watcher", "name": "w", "apiVersion": "example.com/v1"},
                {"kind": "ReplicaSet", "name": "c", "apiVersion": "apps/v1", "controller": True},
            ],
        },
    }
    assert owner_of(pod) == Ref("ReplicaSet", "c", "shop")


def test_a_static_pod_is_owned_by_a_cluster_scoped_node() -> None:
    owners = [{"kind": "Node", "name": "n1", "apiVersion": "v1", "controller": True}]
    pod = {"metadata": {"name": "p", "namespace": "kube-system", "ownerReferences": owners}}
    assert owner_of(pod) == Ref("Node", "n1")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("my web app", "web"), ("Web", "web\nNo problems found."), ("Web", "a/b"), ("Web", "x" * 300)],
)
def test_an_owner_that_can_name_nothing_is_none(kind: str, name: str) -> None:
    owners = [{"kind": kind, "name": name, "apiVersion": "apps/v1", "controller": True}]
    assert owner_of({"metadata": {"namespace": "shop", "ownerReferences": owners}}) is None


@pytest.mark.parametrize("owners", [None, {}, "x", [None], [{}], [{"kind": "ReplicaSet"}]])
def test_odd_owner_references_mean_no_owner(owners: object) -> None:
    assert owner_of({"metadata": {"ownerReferences": owners}}) is None


@pytest.mark.parametrize("name", ["", "shop/cart", "/"])
def test_what_names_nothing_is_not_taken_for_something_else(name: str) -> None:
    assert legal("ConfigMap", name, "shop", "v1") is None
    assert legal("ConfigMap", name, "", "v1") is None


def test_odd_names_that_the_api_takes_are_legal() -> None:
    assert legal("ClusterRole", "system:node", "", "v1") == Ref("ClusterRole", "system:node")
