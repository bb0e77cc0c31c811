"""Who owns what a change was refused for, and the machine behind a node."""

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.machines import behind
from clusterwright.agents.remediate.owners import Owner, fields_of, owner_of
from clusterwright.tools.errors import ForbiddenError, RefusedError
from clusterwright.tools.finding import Edge, Relation, Remedy
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding

HINT = "change {}; its MCP server is {}. override_owner=true plans it here all the same, until the"


def refusal(owner: str, where: str, server: str) -> RefusedError:
    said = f"Deployment/shop/cart belongs to {owner}, which would take the change back; shown by x"
    return RefusedError(said, hint=HINT.format(where, server))


def test_a_release_is_changed_by_the_helm_server() -> None:
    name = "Helm release cart in namespace shop"
    owner = owner_of(refusal(name, f"the values of {name}", "helm"))
    assert owner == Owner("Deployment/shop/cart", name, f"the values of {name}", "helm")
    assert owner is not None
    assert owner.release == Ref.parse("HelmRelease/shop/cart")


@pytest.mark.parametrize(
    ("owner", "where", "server"),
    [
        ("Argo CD Application shop", "the source of Argo CD Application shop", "argo_cd"),
        ("Flux HelmRelease cart in namespace shop", "the values of Flux HelmRelease cart", "flux"),
        ("Helm release “a b” in namespace shop", "the values of it", "helm"),
    ],
)
def test_what_no_helm_server_can_change_has_no_release(owner: str, where: str, server: str) -> None:
    found = owner_of(refusal(owner, where, server))
    assert found is not None
    assert (found.name, found.where, found.release) == (owner, where, None)


def test_other_refusals_and_errors_name_no_owner() -> None:
    assert owner_of(RefusedError("namespace kube-system is protected", hint="policy")) is None
    assert owner_of(ForbiddenError("x belongs to y, which would take the change back")) is None


def test_only_fields_can_be_looked_for_in_values() -> None:
    patch = {"kind": "patch", "object": "Deployment/shop/cart", "set": {"spec.paused": None}}
    assert fields_of(Remedy(say="x", changes=(patch,))) == {
        ("Deployment/shop/cart", "spec.paused"): None
    }
    restart = {"kind": "restart", "object": "Deployment/shop/cart"}
    assert fields_of(Remedy(say="x", changes=(patch, restart))) == {}


MACHINE = "Machine.cluster.x-k8s.io/team/m-1"
POOL = "MachineDeployment.cluster.x-k8s.io/team/pool"
CLUSTER = "Cluster.cluster.x-k8s.io/team/train"


def of_management(*relations: Relation) -> Answered:
    sick = finding("machine/node-unhealthy", POOL, members=(MACHINE,), relations=relations)
    return answered(sick, cluster="management")


def provisioned(cluster: str) -> Relation:
    node = edge("Node/gpu-1", Edge.PROVISIONED_BY, MACHINE)
    return node.model_copy(update={"source_cluster": cluster})


def look(*answers: Answered) -> Found:
    return Found(correlate(answers), answers)


def test_a_node_is_replaced_by_its_machine_once_a_person_has_said_so() -> None:
    owned = edge(MACHINE, Edge.OWNED_BY, POOL), edge(POOL, Edge.OWNED_BY, CLUSTER)
    found = look(of_management(provisioned("capi:team/train"), *owned))
    origin = behind(found, "capi:team/train", Ref.parse("Node/gpu-1"))
    assert origin is not None
    assert (str(origin.pool), str(origin.cluster)) == (POOL, CLUSTER)
    remedy = origin.remedy(Ref.parse("Node/gpu-1"))
    assert remedy is not None
    assert remedy.tool == "capi_plan_change"
    assert remedy.changes == (
        {
            "kind": "remediate",
            "name": "team/train",
            "machine": "<ask: whether m-1 may be replaced, and what runs on it may move; then this"
            " is its name>",
        },
    )


def test_a_node_of_another_cluster_or_of_no_known_machine_has_none_behind_it() -> None:
    found = look(of_management(provisioned("capi:team/train")))
    assert behind(found, "capi:team/other", Ref.parse("Node/gpu-1")) is None
    assert behind(found, "capi:team/train", Ref.parse("Node/gpu-2")) is None
    assert behind(found, "capi:team/train", Ref.parse("Pod/shop/gpu-1")) is None


def test_without_its_cluster_a_machine_cannot_be_replaced() -> None:
    found = look(of_management(provisioned("dev")))
    origin = behind(found, "dev", Ref.parse("Node/gpu-1"))
    assert origin is not None
    assert (origin.pool, origin.remedy(Ref.parse("Node/gpu-1"))) == (None, None)
