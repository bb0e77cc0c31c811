"""Which credential a cluster would be made with, and that it has to be there."""

from collections.abc import Iterable

import pytest

from clusterwright.tools.cluster_api.changes.credential import (
    check_credential,
    credentials,
    missing,
)
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.changes.estate import NOW, made

GROUP = "infrastructure.cluster.x-k8s.io"
API = f"{GROUP}/v1beta2"
IDENTITY = f"AWSClusterStaticIdentity.{GROUP}"
A = Ref("AWSClusterStaticIdentity", "a", "default", GROUP)


def a_class(reference: str = "templateRef", **spec: Json) -> Manifest:
    named = {reference: {"apiVersion": API, "kind": "AWSClusterTemplate", "name": "cloud"}}
    return made("ClusterClass", "gpu", {"infrastructure": named, **spec})


def template(**spec: Json) -> Manifest:
    return made("AWSClusterTemplate", "cloud", {"template": {"spec": spec}}, api=API)


def around(*objects: Manifest, missed: Iterable[Ref] = ()) -> Snapshot:
    """Return what was read; what was missed was asked for, and is not there."""
    found: dict[str, list[Manifest]] = {missing(one): [] for one in missed}
    for one in objects:
        group = one["apiVersion"].rpartition("/")[0]
        found.setdefault(f"{one['kind']}.{group}" if group else one["kind"], []).append(one)
    return Snapshot("test", NOW, found)


def refs(snapshot: Snapshot, found: Manifest, **values: Json) -> list[str]:
    return [str(one.ref) for one in credentials(snapshot, found, values)]


@pytest.mark.parametrize("reference", ["templateRef", "ref"])
@pytest.mark.parametrize(
    ("spec", "named"),
    [
        (
            {"identityRef": {"kind": "AWSClusterStaticIdentity", "name": "a"}},
            f"{IDENTITY}/default/a",
        ),
        (
            {"identityRef": {"kind": "AzureClusterIdentity", "name": "a", "namespace": "b"}},
            f"AzureClusterIdentity.{GROUP}/b/a",
        ),
        ({"identityRef": {"name": "clouds", "cloudName": "c"}}, "Secret/default/clouds"),
        ({"identityRef": {"kind": "Secret", "name": "a"}}, "Secret/default/a"),
        ({"credentialsRef": {"name": "a", "namespace": "b"}}, "Secret/b/a"),
    ],
)
def test_providers_name_it_each_in_their_way(spec: Json, named: str, reference: str) -> None:
    assert refs(around(template(**spec)), a_class(reference)) == [named]


def test_a_class_may_take_it_from_a_variable() -> None:
    patch = {
        "selector": {"matchResources": {"infrastructureCluster": True}},
        "jsonPatches": [
            {
                "op": "replace",
                "path": "/spec/template/spec/identityRef/name",
                "valueFrom": {"variable": "identity"},
            }
        ],
    }
    schema = {"openAPIV3Schema": {"type": "string", "default": "usual"}}
    found = a_class(
        patches=[{"name": "identity", "definitions": [patch]}],
        variables=[{"name": "identity", "schema": schema}],
    )
    read = around(template(identityRef={"kind": "Secret", "name": "nobody"}))
    assert refs(read, found, identity="mine") == ["Secret/default/mine"]
    assert refs(read, found) == ["Secret/default/usual"]


def test_an_identity_that_belongs_to_no_namespace_is_found_and_leads_to_its_secret() -> None:
    named = template(identityRef={"kind": "AWSClusterStaticIdentity", "name": "a"})
    secret = {"name": "keys", "namespace": "capa-system"}
    identity = made("AWSClusterStaticIdentity", "a", {"secretRef": secret}, api=API)
    del identity["metadata"]["namespace"]
    found = around(named, identity, missed=[Ref("Secret", "keys", "capa-system")])
    assert refs(found, a_class())[1:] == ["Secret/capa-system/keys"]
    with pytest.raises(RefusedError, match="Secret/capa-system/keys, which"):
        check_credential(found, a_class(), {})


NAMED = {"kind": "AWSClusterStaticIdentity", "name": "a"}
IN_TEMPLATE = "/spec/template/spec/identityRef/name"


def patched(
    patch: Json, path: str = IN_TEMPLATE, of: str = "AWSClusterTemplate", **more: Json
) -> Manifest:
    """Return a class with one JSON patch of its cluster's infrastructure."""
    definition = {
        "selector": {"kind": of, "matchResources": {"infrastructureCluster": True}},
        "jsonPatches": [{"op": "replace", "path": path, **patch}],
    }
    return a_class(patches=[{"name": "identity", "definitions": [definition], **more}])


def template_patch(path: str = IN_TEMPLATE) -> Manifest:
    return patched({"valueFrom": {"template": "{{ .id }}"}}, path)


@pytest.mark.parametrize(
    "found",
    [
        template_patch(),
        template_patch("/spec/template/spec/identityRef"),
        template_patch("/spec/template/spec"),
        patched({"valueFrom": {"variable": "aws.id"}}),
        patched({"valueFrom": {"variable": "builtin.cluster.name"}}),
        patched({"valueFrom": {"variable": "unset"}}),
        patched({"value": "b"}, enabledIf="{{ if .own }}true{{ end }}"),
        patched({"op": "remove"}, "/spec/template/spec/identityRef"),
        patched({"value": "b"}, "/spec/template/spec/identityRef/name/deeper"),
        a_class(patches=[{"name": "identity", "external": {"generateExtension": "here"}}]),
    ],
)
def test_what_a_patch_makes_of_it_and_cannot_be_known_is_not_judged(found: Manifest) -> None:
    read = around(template(identityRef=NAMED), missed=[A])
    assert refs(read, found, aws={"id": "mine"}, id="mine") == []
    check_credential(read, found, {"id": "mine"})


@pytest.mark.parametrize(
    "found",
    [
        template_patch("/spec/template/spec/region"),
        patched({"value": "b"}, of="VSphereClusterTemplate"),
    ],
)
def test_patches_of_something_else_leave_it_as_the_template_has_it(found: Manifest) -> None:
    with pytest.raises(RefusedError, match="does not exist"):
        check_credential(around(template(identityRef=NAMED), missed=[A]), found, {})


def test_one_that_may_not_be_read_is_left_to_the_provider_though_its_kind_was_listed() -> None:
    elsewhere = template(identityRef={**NAMED, "namespace": "identities"})
    other = made("AWSClusterStaticIdentity", "b", api=API)
    check_credential(around(elsewhere, other), a_class(), {})


def test_an_identity_of_no_namespace_names_no_secret_in_the_namespace_of_the_class() -> None:
    identity = made("AWSClusterStaticIdentity", "a", {"secretRef": {"name": "keys"}}, api=API)
    del identity["metadata"]["namespace"]
    assert refs(around(template(identityRef=NAMED), identity), a_class()) == [str(A)]


def test_one_that_was_looked_for_and_is_not_there_is_refused() -> None:
    named = template(identityRef={"kind": "AWSClusterStaticIdentity", "name": "a"})
    with pytest.raises(RefusedError, match="does not exist"):
        check_credential(around(named, missed=[A]), a_class(), {})


def test_one_that_nobody_could_look_for_is_left_to_the_provider() -> None:
    named = template(identityRef={"kind": "AWSClusterStaticIdentity", "name": "a"})
    check_credential(around(named), a_class(), {})
    check_credential(around(), a_class(), {})
    check_credential(around(template(region="here")), a_class(), {})
