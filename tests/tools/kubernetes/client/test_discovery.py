"""What a server serves, of any age, and a group whose own server is broken."""

import pytest

from clusterwright.tools.errors import NotFoundError, UnreachableError
from clusterwright.tools.kubernetes.client.discovery import Discovery, discover
from clusterwright.tools.manifest import Manifest

pytestmark = pytest.mark.anyio

PODS: Manifest = {
    "name": "pods",
    "kind": "Pod",
    "namespaced": True,
    "singularName": "pod",
    "shortNames": ["po"],
    "verbs": ["get", "list"],
}
CLASSIC: dict[str, Manifest] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {
        "kind": "APIGroupList",
        "groups": [
            {"name": "apps", "preferredVersion": {"version": "v1"}},
            {"name": "metrics.k8s.io", "preferredVersion": {"version": "v1beta1"}},
        ],
    },
    "/api/v1": {"resources": [PODS, {"name": "pods/log", "kind": "Pod"}, {"name": "odd"}]},
    "/apis/apps/v1": {"resources": [{"name": "deployments", "kind": "Deployment"}]},
}


async def classic(path: str, _accept: str) -> Manifest:
    """Answer as a server before 1.27 does, one of whose groups is down."""
    if path not in CLASSIC:
        raise UnreachableError(f"{path}: service unavailable")
    return CLASSIC[path]


async def test_an_old_server_is_asked_group_by_group() -> None:
    found = await discover(classic)
    assert [f"{one.api_version} {one.kind}" for one in found.resources] == [
        "v1 Pod",
        "apps/v1 Deployment",
    ]
    assert found.find("po").namespaced
    assert "list" in found.find("pod").verbs


async def test_a_broken_group_is_named_and_costs_no_other() -> None:
    found = await discover(classic)
    assert found.broken_groups == ("metrics.k8s.io",)
    with pytest.raises(NotFoundError) as caught:
        found.find("NodeMetrics")
    assert "metrics.k8s.io" in caught.value.hint


def group(name: str, *versions: Manifest) -> Manifest:
    return {"metadata": {"name": name}, "versions": [*versions]}


def serving(version: str, *kinds: str, fresh: bool = True) -> Manifest:
    resources: list[Manifest] = [
        {"resource": f"{one.lower()}s", "responseKind": {"kind": one}, "scope": "Namespaced"}
        for one in kinds
    ]
    freshness = "Current" if fresh else "Stale"
    return {"version": version, "resources": [*resources], "freshness": freshness}


async def aggregated(*groups: Manifest) -> Discovery:
    async def fetch(path: str, _accept: str) -> Manifest:
        return {"kind": "APIGroupDiscoveryList", "items": [*groups] if path == "/apis" else []}

    return await discover(fetch)


async def test_each_kind_comes_in_the_most_preferred_version_that_has_it() -> None:
    clusters = group("x-k8s.io", serving("v1beta2", "Machine"), serving("v1", "Machine", "Pool"))
    found = await aggregated(clusters)
    assert (found.find("machine").version, found.find("pool").version) == ("v1beta2", "v1")


async def test_among_equals_the_built_in_group_wins_unless_another_is_asked_for() -> None:
    found = await aggregated(
        group("events.example.com", serving("v1", "Deployment")),
        group("apps", serving("v1", "Deployment")),
    )
    assert found.find("Deployment").group == "apps"
    assert found.find("deployments.events.example.com").group == "events.example.com"
    assert found.find("events.example.com/v1/Deployment").group == "events.example.com"
    with pytest.raises(NotFoundError):
        found.find("apps/v2/Deployment")


async def test_a_stale_group_is_named() -> None:
    stale = group("metrics.k8s.io", serving("v1beta1", fresh=False))
    assert (await aggregated(stale)).broken_groups == ("metrics.k8s.io",)


async def test_a_group_without_anything_in_it_is_no_reason_to_fail() -> None:
    assert (await aggregated({}, group("x"), group("y", {}))).resources == ()


async def test_every_version_of_a_kind_is_known_but_of_servers_that_do_not_tell() -> None:
    clusters = group("x-k8s.io", serving("v1beta2", "Machine"), serving("v1", "Machine", "Pool"))
    found = await aggregated(clusters, group("y", serving("v1", fresh=False)))
    served = {("v1beta2", "Machine"), ("v1", "Machine"), ("v1", "Pool")}
    assert found.versions_of("x-k8s.io") == served
    assert found.versions_of("gone.io") == frozenset()
    assert found.versions_of("y") is None
    assert (await discover(classic)).versions_of("apps") is None
