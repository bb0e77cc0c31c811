"""What counts as drift, and who is named for it."""

import base64
from datetime import UTC, datetime

import pytest

from clusterwright.tools.field_path import MISSING, spell
from clusterwright.tools.helm.drift import Drift, drift
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref

DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment"}
METADATA = {"name": "web", "namespace": "shop"}


def wanted(manifest: Manifest) -> Object:
    whole = {**DEPLOYMENT, "metadata": METADATA, **manifest}
    return Object(Ref.of(whole), whole)


def differing(manifest: Manifest, live: Manifest) -> list[tuple[str, Json, Json]]:
    """Return path, wanted and live of each drift."""
    whole = {**DEPLOYMENT, "metadata": METADATA, **live}
    return [(spell(one.path), one.wanted, one.live) for one in drift(wanted(manifest), whole)]


def entry(manager: str, fields: Manifest, *, at: int = 1, **more: str) -> Manifest:
    return {
        "manager": manager,
        "operation": "Update",
        "time": f"2026-01-01T00:00:0{at}Z",
        "fieldsV1": fields,
        **more,
    }


def test_an_object_that_is_gone_is_one_drift() -> None:
    one = wanted({"spec": {"replicas": 1}})
    assert drift(one, None) == (Drift(one.ref, (), one.manifest, MISSING),)


def test_what_the_manifest_does_not_set_is_none() -> None:
    live: Manifest = {
        "spec": {"replicas": 1, "strategy": {"type": "RollingUpdate"}},
        "metadata": {**METADATA, "uid": "1", "annotations": {"added": "x"}, "labels": {"b": "c"}},
        "status": {"replicas": 0},
    }
    assert differing({"spec": {"replicas": 1}, "status": {"replicas": 9}}, live) == []


def test_a_field_that_differs_and_one_that_is_gone() -> None:
    spec = {"replicas": 1, "template": {"spec": {"priorityClassName": "high", "hostNetwork": True}}}
    live = {"replicas": 3, "template": {"spec": {"priorityClassName": "high"}}}
    assert differing({"spec": spec}, {"spec": live}) == [
        ("spec.replicas", 1, 3),
        ("spec.template.spec.hostNetwork", True, MISSING),
    ]


def test_labels_and_annotations_that_the_manifest_sets_are_compared() -> None:
    marks = {**METADATA, "labels": {"app": "web", "tier": "a"}, "annotations": {"x/y": "1"}}
    live = {**METADATA, "labels": {"app": "web", "tier": "b"}}
    assert differing({"metadata": marks}, {"metadata": live}) == [
        ("metadata.labels.tier", "a", "b"),
        ("metadata.annotations", {"x/y": "1"}, MISSING),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1000m", "1"),
        (1, "1"),
        (0.5, "500m"),
        ("1024Mi", "1Gi"),
        ("1e3", "1k"),
        (80, 80.0),
        ({}, MISSING),
        ([], MISSING),
        (None, MISSING),
        (None, "set by others"),
        ("", MISSING),
        (False, MISSING),
        (0, MISSING),
        ({"limits": {}}, MISSING),
        ({"limits": None}, {}),
    ],
)
def test_what_the_api_server_spells_otherwise_is_none(one: Json, other: Json) -> None:
    live = {} if other is MISSING else {"field": other}
    assert differing({"spec": {"field": one}}, {"spec": live}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "2"), ("1Gi", "1G"), (True, 1), ("80", "http"), ("x", MISSING), ({"a": 1}, MISSING)],
)
def test_what_is_really_otherwise_is_one(one: Json, other: Json) -> None:
    live = {} if other is MISSING else {"field": other}
    assert differing({"spec": {"field": one}}, {"spec": live}) == [("spec.field", one, other)]


def test_text_is_no_quantity() -> None:
    one = {"template": {"spec": {"containers": [{"name": "a", "env": [_env("1000m")]}]}}}
    other = {"template": {"spec": {"containers": [{"name": "a", "env": [_env("1")]}]}}}
    path = "spec.template.spec.containers[name=a].env[name=X].value"
    assert differing({"spec": one}, {"spec": other}) == [(path, "1000m", "1")]
    made = Object(Ref("ConfigMap", "c", "shop"), {"apiVersion": "v1", "data": {"cpu": "1.0"}})
    found = drift(made, {"apiVersion": "v1", "data": {"cpu": "1"}})
    assert [(one.wanted, one.live) for one in found] == [("1.0", "1")]


def _env(value: str) -> Manifest:
    return {"name": "X", "value": value}


def test_items_with_keys_are_compared_by_key_and_those_of_others_are_left() -> None:
    one = [{"name": "app", "image": "a:1"}, {"name": "log", "image": "l:1"}]
    other = [{"name": "mesh", "image": "m"}, {"name": "app", "image": "a:2", "tty": True}]
    spec = {"template": {"spec": {"containers": one}}}
    live = {"template": {"spec": {"containers": other}}}
    assert differing({"spec": spec}, {"spec": live}) == [
        ("spec.template.spec.containers[name=app].image", "a:1", "a:2"),
        ("spec.template.spec.containers[name=log]", one[1], MISSING),
    ]


def test_keys_of_items_are_those_that_managed_fields_tell() -> None:
    key = 'k:{"port":53,"protocol":"UDP"}'
    fields: Manifest = {"f:spec": {"f:ports": {key: {"f:port": {}}}}}
    live: Manifest = {
        "metadata": {**METADATA, "managedFields": [entry("helm", fields)]},
        "spec": {
            "ports": [
                {"port": 53, "protocol": "TCP", "nodePort": 1},
                {"port": 53, "protocol": "UDP", "targetPort": 54},
            ]
        },
    }
    ports = [{"port": 53, "protocol": "UDP", "targetPort": 53}, {"port": 53}]
    assert differing({"spec": {"ports": ports}}, live) == [("spec.ports[1].targetPort", 53, 54)]


def test_a_list_without_keys_is_compared_whole_or_item_by_item() -> None:
    rules = [{"apiGroups": [""], "verbs": ["get"]}]
    more = [*rules, {"apiGroups": ["apps"], "verbs": ["*"]}]
    assert differing({"rules": rules}, {"rules": more}) == [("rules", rules, more)]
    changed = [{"apiGroups": [""], "verbs": ["get", "list"], "defaulted": True}]
    assert differing({"rules": rules}, {"rules": changed}) == [
        ("rules[0].verbs", ["get"], ["get", "list"])
    ]


def test_members_that_others_add_to_a_set_are_theirs() -> None:
    live: Manifest = {
        "metadata": {
            **METADATA,
            "managedFields": [entry("helm", {"f:spec": {"f:hosts": {'v:"a"': {}}}})],
        },
        "spec": {"hosts": ["b", "a"]},
    }
    assert differing({"spec": {"hosts": ["a"]}}, live) == []
    assert differing({"spec": {"hosts": ["a", "c"]}}, live) == [
        ("spec.hosts", ["a", "c"], ["b", "a"])
    ]


def test_a_secret_is_compared_as_it_is_stored() -> None:
    def secret(**data: Json) -> Manifest:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": METADATA, **data}

    encoded = base64.b64encode(b"x" * 90).decode()
    wrapped = f"{encoded[:76]}\n{encoded[76:]}"
    made = secret(stringData={"user": "robot"}, data={"key": wrapped})
    live = secret(data={"user": base64.b64encode(b"robot").decode(), "key": encoded})
    one = Object(Ref("Secret", "web", "shop"), made)
    assert drift(one, live) == ()
    live["data"]["user"] = base64.b64encode(b"other").decode()
    assert [spell(found.path) for found in drift(one, live)] == ["data.user"]


def test_another_version_is_not_compared() -> None:
    one = wanted({"apiVersion": "apps/v1beta1", "spec": {"replicas": 1}})
    assert drift(one, {"apiVersion": "apps/v1", "spec": {"replicas": 2}}) == ()


def test_the_last_writer_of_the_field_is_named_and_helm_only_where_there_is_no_other() -> None:
    containers: Manifest = {'k:{"name":"app"}': {"f:image": {}}}
    pod: Manifest = {"f:template": {"f:spec": {"f:containers": containers}}}
    managed = [
        entry("helm", {"f:spec": {"f:replicas": {}, "f:paused": {}, **pod}}, at=9),
        entry("kubectl-set", {"f:spec": pod}, at=3),
        entry("kubectl-edit", {"f:spec": pod}, at=2),
        entry("kube-controller-manager", {"f:spec": {"f:replicas": {}}}, subresource="scale"),
    ]
    spec = {
        "replicas": 1,
        "paused": True,
        "minReadySeconds": 5,
        "template": {"spec": {"containers": [{"name": "app", "image": "a:1"}]}},
    }
    live: Manifest = {
        **DEPLOYMENT,
        "metadata": {**METADATA, "managedFields": managed},
        "spec": {
            "replicas": 2,
            "paused": False,
            "template": {"spec": {"containers": [{"name": "app", "image": "a:2"}]}},
        },
    }
    found = {spell(one.path): one for one in drift(wanted({"spec": spec}), live)}
    assert {path: (one.manager, one.subresource) for path, one in found.items()} == {
        "spec.replicas": ("kube-controller-manager", "scale"),
        "spec.paused": ("helm", ""),
        "spec.minReadySeconds": ("", ""),  # it was removed: nobody owns it any more
        "spec.template.spec.containers[name=app].image": ("kubectl-set", ""),
    }
    image_drift = found["spec.template.spec.containers[name=app].image"]
    assert image_drift.operation == "Update"
    assert image_drift.when == datetime(2026, 1, 1, 0, 0, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "managed",
    [None, "x", [1, {}], [{"fieldsV1": []}], [{"fieldsV1": {"f:spec": 1}}], [{"time": 3}]],
)
def test_odd_managed_fields_hide_no_drift(managed: Json) -> None:
    live = {"metadata": {**METADATA, "managedFields": managed}, "spec": {"l": [1]}}
    assert differing({"spec": {"l": [2]}}, live) == [("spec.l", [2], [1])]


@pytest.mark.parametrize("live", [{}, {"spec": None}, {"spec": "x"}, {"spec": []}, {"metadata": 1}])
def test_odd_live_objects_are_drift_and_no_error(live: Manifest) -> None:
    assert drift(wanted({"spec": {"replicas": 1}}), {**DEPLOYMENT, **live})
