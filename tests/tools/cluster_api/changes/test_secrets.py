"""No plan tells a secret: of a variable, of a template, or of what it is refused for."""

import json

import pytest

from clusterwright.tools.manifest import Json, Manifest
from tests.changes_by_tools import Session
from tests.tools.cluster_api.changes.place import Place
from tests.trust.canary import Watch, plain

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]
GIVEN, KEPT, OF_TEMPLATE = plain(), plain(), plain()
WATCH = Watch({"given": GIVEN, "kept": KEPT, "template": OF_TEMPLATE})
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"


def a_class(place: Place) -> list[Manifest]:
    """Return a class with a variable that is a secret by its name, and its templates."""

    def made(kind: str, api: str, spec: Json) -> Manifest:
        metadata = {"name": "vault", "namespace": place.namespace}
        return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}

    plane = "controlplane.cluster.x-k8s.io/v1beta1"
    empty: Json = {"template": {"spec": {}}}

    def to(kind: str, api: str) -> Json:
        return {"templateRef": {"apiVersion": api, "kind": kind, "name": "vault"}}

    schema = {"openAPIV3Schema": {"type": "string", "maxLength": 200}}
    return [
        made("SandboxClusterTemplate", INFRASTRUCTURE, empty),
        made("SandboxControlPlaneTemplate", plane, empty),
        made(
            "ClusterClass",
            "cluster.x-k8s.io/v1beta2",
            {
                "infrastructure": to("SandboxClusterTemplate", INFRASTRUCTURE),
                "controlPlane": to("SandboxControlPlaneTemplate", plane),
                "variables": [
                    {"name": "adminPassword", "required": False, "schema": schema},
                    {"name": "note", "required": False, "schema": schema},
                ],
            },
        ),
    ]


def a_cluster(place: Place) -> Manifest:
    """Return a cluster that is made from nothing there is, with a secret among its variables."""
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": "held", "namespace": place.namespace},
        "spec": {
            "topology": {
                "classRef": {"name": "vault"},
                "version": "v1.35.2",
                "variables": [{"name": "adminPassword", "value": KEPT.text}],
            },
        },
    }


async def test_no_plan_of_a_variable_tells_its_secret(place: Place) -> None:
    place.create(*a_class(place))
    place.until(lambda: bool(place.get("clusterclass", "vault").get("status", {}).get("variables")))
    place.create(a_cluster(place))
    name = place.named("held")
    create: Manifest = {
        "kind": "create",
        "name": place.named("new"),
        "cluster_class": "vault",
        "version": "v1.35.2",
    }
    change: Manifest = {"kind": "set_variable", "name": name}
    async with place.session() as session:
        for asked in (
            {**create, "variables": {"adminPassword": GIVEN.text}},
            {**change, "variables": {"adminPassword": GIVEN.text}},
            {**change, "variables": {"adminPassword": None, "note": "moved"}},
            {**change, "variables": {"note": KEPT.text}},  # a secret that is moved is one still
            {"kind": "resume", "name": name},
            {"kind": "delete", "name": name, "accept": ["unread"]},
        ):
            assert await _leaks(session, asked) == {}, asked
        for wrong in ({"adminPassword": [GIVEN.text]}, {"adminPassword": GIVEN.text * 40}):
            assert await _leaks(session, {**change, "variables": wrong}) == {}
            assert await _leaks(session, {**create, "variables": wrong}) == {}
    assert place.writes() == []


async def _leaks(session: Session, asked: Manifest) -> dict[str, str]:
    result = await session.client.call_tool("capi_plan_change", {"changes": [asked]})
    said = result.model_dump_json(by_alias=True)
    assert json.loads(said)["content"], asked
    return WATCH.leaks(said)


async def test_no_copy_of_a_template_tells_what_it_holds(place: Place) -> None:
    secret = {"joinToken": "keep", "credentials": {"password": OF_TEMPLATE.text}, "size": "s"}
    template: Manifest = {
        "apiVersion": INFRASTRUCTURE,
        "kind": "SandboxMachineTemplate",
        "metadata": {"name": "held", "namespace": place.namespace},
        "spec": {"template": {"spec": secret}},
    }
    reference = {
        "apiGroup": INFRASTRUCTURE.partition("/")[0],
        "kind": template["kind"],
        "name": "held",
    }
    label = {"pool": "held"}
    pool: Manifest = {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "MachineDeployment",
        "metadata": {"name": "held", "namespace": place.namespace},
        "spec": {
            "clusterName": "held",
            "replicas": 0,
            "selector": {"matchLabels": label},
            "template": {
                "metadata": {"labels": label},
                "spec": {
                    "clusterName": "held",
                    "bootstrap": {"dataSecretName": "none"},
                    "infrastructureRef": reference,
                },
            },
        },
    }
    cluster: Manifest = {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": "held", "namespace": place.namespace},
        "spec": {"infrastructureRef": {**reference, "kind": "SandboxCluster"}},
    }
    place.create(template, cluster, pool)
    rotate: Manifest = {"kind": "rotate_template", "name": place.named("held"), "pool": "held"}
    async with place.session() as session:
        plan, told = await session.plan({**rotate, "set": {"size": "l"}})
        assert plan, told
        assert WATCH.leaks(told) == {}
        assert "spec.template.spec.size: s -> l" in told
        assert await _leaks(session, {**rotate, "set": {"size": "l"}}) == {}
        assert await _leaks(session, {**rotate, "set": {"nothing.here": "l"}}) == {}
