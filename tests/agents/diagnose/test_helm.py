"""Which findings of releases explain those of pods, and which are explained by them: one root."""

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.kubernetes.brief import brief
from tests.agents.found import answered, edge, finding
from tests.tools.helm.analyzers.test_hooks import JOB, THERE
from tests.tools.helm.analyzers.test_images import REPOSITORY, cluster, revision
from tests.tools.helm.estates import Cluster, deployment, hook, live, record, thing

CART, WORKLOAD, SERVICE = "HelmRelease/shop/cart", "Deployment/shop/cart", "Service/shop/cart"
WAITED = 'Upgrade "cart" failed: context deadline exceeded'


def outline(*findings: Finding) -> dict[str, list[str]]:
    roots = correlate([answered(*findings)]).root_causes
    return {root.code: sorted(one.code for one in root.symptoms) for root in roots}


def of(found: Cluster) -> list[Finding]:
    """What is said of releases, cut to fit an answer."""
    return [brief(one, evidence=4) for one in found.findings()]


def released(source: str) -> Relation:
    return edge(source, Edge.RELEASED_BY, CART)


def waits_for(target: str) -> Relation:
    return edge(CART, Edge.WAITS_FOR, target)


def test_an_image_is_the_fault_of_the_values_that_name_it_and_fails_the_release() -> None:
    failed = revision(2, "failed", "v9")
    failed["metadata"]["labels"]["status"] = "failed"
    releases = of(cluster(failed, revision(1, "deployed", "v8"), image=f"{REPOSITORY}:v9"))
    pods = finding("pod/image-not-found", WORKLOAD, members=["Pod/shop/cart-1-x"])
    assert outline(*releases, pods) == {
        "release/bad-image": ["pod/image-not-found", "release/failed"]
    }


def test_pods_of_another_workload_are_not_explained_by_it() -> None:
    releases = of(cluster(revision(1, "deployed", "v9"), image=f"{REPOSITORY}:v9"))
    other = finding("pod/image-not-found", "Deployment/shop/other")
    assert outline(*releases, other) == {"release/bad-image": [], "pod/image-not-found": []}
    crash = finding("pod/crash-loop", WORKLOAD)
    assert outline(*releases, crash) == {"release/bad-image": [], "pod/crash-loop": []}


@pytest.mark.parametrize("code", ["pod/crash-loop", "workload/quota-exceeded", "pvc/not-bound"])
def test_a_release_that_waited_in_vain_is_a_symptom_of_what_its_workloads_have(code: str) -> None:
    failed = record(2, "failed", deployment(), said=WAITED)
    releases = of(Cluster([failed, record()], [live(deployment())]))
    assert outline(*releases, finding(code, WORKLOAD)) == {code: ["release/failed"]}


def test_a_release_that_failed_for_something_else_is_a_cause_of_its_own() -> None:
    failed = record(2, "failed", deployment(), said='Upgrade "cart" failed: no such thing')
    releases = of(Cluster([failed, record()], [live(deployment())]))
    crash = finding("pod/crash-loop", WORKLOAD)
    assert outline(*releases, crash) == {"release/failed": [], "pod/crash-loop": []}


def test_what_a_revision_asks_for_explains_the_pods_that_cannot_have_it() -> None:
    asks = finding("release/not-rolled-out", CART, relations=(released(WORKLOAD),))
    for code in ("pod/insufficient-resource", "workload/quota-exceeded", "pod/unschedulable"):
        assert outline(asks, finding(code, WORKLOAD)) == {"release/not-rolled-out": [code]}


def test_a_hooks_job_is_the_hook_and_the_release_fails_with_it() -> None:
    failed = record(2, "failed", hooks=[hook(JOB, "Failed")])
    releases = of(Cluster([failed, record()], [THERE]))
    job = finding("job/failed", "Job/shop/migrate")
    assert outline(*releases, job) == {"release/hook-failed": ["job/failed", "release/failed"]}


def test_a_hook_whose_pods_do_not_start_is_a_symptom_of_what_keeps_them() -> None:
    failed = record(2, "failed", hooks=[hook(JOB, "Failed")])
    releases = of(Cluster([failed, record()], [THERE]))
    secret = finding("pod/secret-missing", "Job/shop/migrate")
    assert outline(*releases, secret) == {
        "pod/secret-missing": ["release/failed", "release/hook-failed"]
    }


def test_a_job_that_a_hook_left_is_told_once() -> None:
    stays = record(3, hooks=[hook(JOB, policies=["hook-succeeded"])])
    releases = of(Cluster([stays], [THERE]))
    job = finding("job/failed", "Job/shop/migrate")
    assert outline(*releases, job) == {"release/hook-leftover": ["job/failed"]}


def test_what_misses_an_object_that_was_deleted_is_its_symptom() -> None:
    config = thing("ConfigMap", "settings")
    whole = record(3, "deployed", config, deployment(), thing("Service"))
    there = [live(deployment()), live(thing("Service"))]
    releases = of(Cluster([whole], there, read=["ConfigMap"]))
    uses = edge(WORKLOAD, Edge.USES, "ConfigMap/shop/settings")
    pods = finding("pod/configmap-missing", WORKLOAD, relations=(uses,))
    assert outline(*releases, pods) == {"release/object-missing": ["pod/configmap-missing"]}
    other = edge(WORKLOAD, Edge.USES, "ConfigMap/shop/other")
    elsewhere = finding("pod/configmap-missing", WORKLOAD, relations=(other,))
    assert len(outline(*releases, elsewhere)) == 2


def test_an_upgrade_that_failed_halfway_explains_the_service_that_it_changed() -> None:
    said = 'Upgrade "cart" failed: Deployment.apps "cart" is invalid: field is immutable'
    failed = record(2, "failed", deployment(), thing("Service"), said=said)
    releases = of(Cluster([failed, record()], [live(deployment())]))
    mismatch = finding("service/selector-mismatch", SERVICE)
    assert outline(*releases, mismatch) == {"release/failed": ["service/selector-mismatch"]}


def test_two_owners_explain_the_drift_that_each_brings() -> None:
    owners, drift = finding("release/two-owners", CART), finding("release/drifted", CART)
    assert outline(owners, drift) == {"release/two-owners": ["release/drifted"]}


def test_a_definition_that_is_gone_explains_the_kind_that_is_not_served() -> None:
    skew, removed = finding("release/crd-skew", CART), finding("release/api-removed", CART)
    assert outline(skew, removed) == {"release/crd-skew": ["release/api-removed"]}


def test_a_release_that_waits_for_a_workload_is_no_symptom_of_another() -> None:
    failed = finding("release/failed", CART, relations=(waits_for(WORKLOAD),))
    other = finding("pod/crash-loop", "Deployment/shop/other")
    assert len(outline(failed, other)) == 2
