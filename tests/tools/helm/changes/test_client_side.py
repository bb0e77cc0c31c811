"""Helm's own merge, foreseen: what the last manifest had and the new one has not goes."""

from typing import Any

from clusterwright.tools.helm.changes.client_side import merged
from clusterwright.tools.ref import Ref

DEPLOYMENT = Ref("Deployment", "cart", "shop")


def deployment(replicas: int | None, *containers: dict[str, Any], **labels: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"template": {"spec": {"containers": list(containers)}}}
    spec |= {"replicas": replicas} if replicas is not None else {}
    meta = {"name": "cart", "namespace": "shop", **({"labels": labels} if labels else {})}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


def container(name: str, **more: object) -> dict[str, Any]:
    return {"name": name, **more}


def test_a_field_that_the_manifest_names_becomes_as_it_says_whoever_changed_it() -> None:
    old = new = deployment(2, container("app", image="cart:1"))
    live = deployment(5, container("app", image="cart:1", imagePullPolicy="Always"))
    found = merged(DEPLOYMENT, old, new, live)
    assert found["spec"]["replicas"] == 2
    [kept] = found["spec"]["template"]["spec"]["containers"]
    assert kept["imagePullPolicy"] == "Always"


def test_a_field_that_the_manifest_does_not_name_any_more_goes() -> None:
    old = deployment(2, container("app", image="cart:1", tty=True))
    new = deployment(None, container("app", image="cart:1"))
    found = merged(DEPLOYMENT, old, new, old)
    assert "replicas" not in found["spec"]
    assert found["spec"]["template"]["spec"]["containers"] == [{"name": "app", "image": "cart:1"}]


def test_a_container_that_somebody_else_added_stays_and_one_that_the_chart_drops_goes() -> None:
    old = deployment(2, container("app", image="cart:1"), container("proxy", image="proxy:1"))
    new = deployment(2, container("app", image="cart:2"))
    live = deployment(
        2, container("app", image="cart:1"), container("proxy", image="proxy:1"), container("mesh")
    )
    found = merged(DEPLOYMENT, old, new, live)
    names = [one["name"] for one in found["spec"]["template"]["spec"]["containers"]]
    assert names == ["app", "mesh"]


def test_a_null_in_the_manifest_takes_the_field_away() -> None:
    new = deployment(2, container("app", image="cart:1", lifecycle=None))
    live = deployment(2, container("app", image="cart:1", lifecycle={"preStop": {}}))
    [found] = merged(DEPLOYMENT, new, new, live)["spec"]["template"]["spec"]["containers"]
    assert "lifecycle" not in found


def test_of_a_custom_resource_only_what_differs_between_the_manifests_is_written() -> None:
    ref = Ref("Pool", "gpu", "shop", "example.com")
    old = {"metadata": {"name": "gpu"}, "spec": {"size": 1, "zone": "a"}}
    new = {"metadata": {"name": "gpu"}, "spec": {"size": 2, "zone": "a"}}
    live = {"metadata": {"name": "gpu"}, "spec": {"size": 1, "zone": "b", "own": True}}
    assert merged(ref, old, new, live)["spec"] == {"size": 2, "zone": "b", "own": True}


def test_labels_of_others_stay() -> None:
    old = deployment(2, team="web")
    live = deployment(2, team="web", cost="42")
    found = merged(DEPLOYMENT, old, deployment(2, team="shop"), live)
    assert found["metadata"]["labels"] == {"team": "shop", "cost": "42"}
