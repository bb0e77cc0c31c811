"""release/failed: why the last operation failed, in the words of the catalogue, and what runs."""

from clusterwright.tools.finding import Edge, Severity
from clusterwright.tools.ref import Ref
from tests.tools.helm.estates import CART, Cluster, deployment, live, record, thing

CODE = "release/failed"
CONFLICT = (
    'Upgrade "cart" failed: conflict occurred while applying object shop/cart apps/v1,'
    ' Kind=Deployment: Apply failed with 1 conflict: conflict with "planner" using apps/v1:'
    " .spec.replicas"
)
WAITED = (
    'Upgrade "cart" failed: resource Deployment/shop/cart not ready. status: InProgress, message:'
    " Updated: 1/2\ncontext deadline exceeded"
)
IMMUTABLE = (
    'Upgrade "cart" failed: cannot patch "cart" with kind Deployment: Deployment.apps "cart" is'
    ' invalid: spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable'
)
UNWELL = {"status": {"availableReplicas": 1, "updatedReplicas": 1}}
WELL = {"status": {"availableReplicas": 2, "updatedReplicas": 2}}


def test_what_failed_and_what_still_runs() -> None:
    found = Cluster([record(2, "failed", said=IMMUTABLE), record()]).only(CODE)
    assert (found.subject, found.severity) == (CART, Severity.WARNING)
    assert found.title.startswith("Revision 2 failed, and revision 1 is what runs: spec.selector")
    assert found.remedies[0].changes == (
        {"kind": "rollback", "release": "shop/cart", "revision": 1},
    )


def test_who_is_right_about_a_conflict_is_asked() -> None:
    found = Cluster([record(2, "failed", said=CONFLICT), record()]).only(CODE)
    assert "planner: .spec.replicas" in found.title
    (remedy,) = found.remedies
    assert remedy.changes[0]["kind"] == "upgrade"


def test_a_first_installation_leaves_nothing_to_go_back_to() -> None:
    found = Cluster([record(1, "failed", said='Release "cart" failed: no matches')]).only(CODE)
    assert found.title.startswith("Its installation failed, and no revision of it is deployed: ")
    assert "rollback" not in [one.changes[0]["kind"] for one in found.remedies]


def test_a_wait_that_ran_out_hangs_on_the_workloads_that_are_not_ready() -> None:
    failed = record(2, "failed", deployment(), deployment("db"), thing("Service"), said=WAITED)
    there = [live({**deployment(), **UNWELL}), live({**deployment("db"), **WELL})]
    found = Cluster([failed, record()], there).only(CODE)
    cart = Ref("Deployment", "cart", "shop")
    assert found.members == (cart,)
    assert [(str(one.source), one.edge) for one in found.relations] == [
        (str(CART), Edge.WAITS_FOR),
        (str(cart), Edge.RELEASED_BY),
    ]


def test_a_wait_that_ran_out_too_early_matters_little() -> None:
    failed = record(2, "failed", deployment(), said=WAITED)
    found = Cluster([failed, record()], [live({**deployment(), **WELL})]).only(CODE)
    assert found.severity is Severity.INFO
    assert "became ready since" in found.title
    assert found.remedies[0].changes[0] == {
        "kind": "upgrade",
        "release": "shop/cart",
        "values": {},
    }


def test_services_of_an_upgrade_that_failed_halfway_are_joined_to_it() -> None:
    failed = record(2, "failed", deployment(), thing("Service"), said=IMMUTABLE)
    found = Cluster([failed, record()]).only(CODE)
    assert [str(one.source) for one in found.relations] == ["Service/shop/cart"]


def test_a_failure_that_was_mended_is_history() -> None:
    assert Cluster([record(3), record(2, "failed", said=IMMUTABLE)]).codes() == []


def test_what_helm_said_loses_the_secrets_of_the_values() -> None:
    values = {"db": {"password": "hunter2-hunter2"}}
    said = 'Upgrade "cart" failed: dial hunter2-hunter2: refused'
    found = Cluster([record(2, "failed", said=said, values=values), record()]).only(CODE)
    assert "hunter2" not in found.model_dump_json()
