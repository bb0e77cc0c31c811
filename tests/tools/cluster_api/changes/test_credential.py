"""Which credential a cluster would be made with, and that it has to be there."""

import pytest

from clusterwright.tools.cluster_api.changes.credential import check_credential, credentials
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.changes.estate import NOW, made

GROUP = "infrastructure.cluster.x-k8s.io"
API = f"{GROUP}/v1beta2"
IDENTITY = f"AWSClusterStaticIdentity.{GROUP}"


def a_class(reference: str = "templateRef", **spec: Json) -> Manifest:
    named = {reference: {"apiVersion": API, "kind": "AWSClusterTemplate", "name": "cloud"}}
    return made("ClusterClass", "gpu", {"infrastructure": named, **spec})


def template(**spec: Json) -> Manifest:
    return made("AWSClusterTemplate", "cloud", {"template": {"spec": spec}}, api=API)


def around(*objects: Manifest, **read: Json) -> Snapshot:
    """Return what was read; kinds that are only named were looked for, and are not there."""
    found: dict[str, list[Manifest]] = {kind: [] for kind in read.get("looked_for", ())}
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
    found = around(named, identity, looked_for=["Secret"])
    assert refs(found, a_class())[1:] == ["Secret/capa-system/keys"]
    with pytest.raises(RefusedError, match="Secret/capa-system/keys, which"):
        check_credential(found, a_class(), {})


def test_one_that_was_looked_for_and_is_not_there_is_refused() -> None:
    named = template(identityRef={"kind": "AWSClusterStaticIdentity", "name": "a"})
    with pytest.raises(RefusedError, match="does not exist"):
        check_credential(around(named, looked_for=[IDENTITY]), a_class(), {})


def test_one_that_nobody_could_look_for_is_left_to_the_provider() -> None:
    named = template(identityRef={"kind": "AWSClusterStaticIdentity", "name": "a"})
    check_credential(around(named), a_class(), {})
    check_credential(around(), a_class(), {})
    check_credential(around(template(region="here")), a_class(), {})
