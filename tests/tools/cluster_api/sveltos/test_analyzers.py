"""What is found in objects of Sveltos as its controllers write them, and what is not."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from clusterwright.tools.finding import Edge, Severity
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.k0rdent.captured import (
    SERVED,
    broken,
    captured,
    get,
    healthy,
)
from tests.tools.cluster_api.objects import conclude
from tests.tools.kubernetes.analyzers.cluster import ago, only

CONFIG = "config.projectsveltos.io"
Change = Callable[[list[Manifest]], None]


def summary(**status: Json) -> Change:
    def change(objects: list[Manifest]) -> None:
        get(objects, "ClusterSummary", "p--train-capi-train")["status"] |= status

    return change


def feature(status: str, message: str = "", name: str = "Helm") -> list[Manifest]:
    return [
        {"featureID": name, "status": status} | ({"failureMessage": message} if message else {})
    ]


def test_a_release_that_fails_leads_up_to_the_cluster_deployment() -> None:
    entry = {"releaseName": "ingress", "releaseNamespace": "ingress", "failureMessage": "no image"}
    change = summary(
        helmReleaseSummaries=[entry], featureSummaries=feature("Failed", "chart=x: no image")
    )
    finding = only(broken(change))
    assert finding.code == "profile/release-failed"
    assert finding.title == "Helm release ingress/ingress fails: “no image”"
    assert finding.subject == Ref("Profile", "train", "kcm-system", CONFIG)
    assert [(one.edge, one.target.kind) for one in finding.relations] == [
        (Edge.OWNED_BY, "Profile"),
        (Edge.OWNED_BY, "ServiceSet"),
        (Edge.OWNED_BY, "ClusterDeployment"),
    ]


@pytest.mark.parametrize("status", ["Provisioning", "Provisioned", "Removing", "AgentRemoving"])
def test_what_is_on_its_way_is_silent(status: str) -> None:
    assert broken(summary(featureSummaries=feature(status))) == []


def test_a_feature_that_fails_as_a_whole_is_told_once() -> None:
    change = summary(featureSummaries=feature("FailedNonRetriable", "cannot render"))
    finding = only(broken(change))
    assert finding.code == "profile/release-failed"
    assert "and Sveltos does not try again" in finding.title
    kustomize = summary(featureSummaries=feature("Failed", "no path", "Kustomize"))
    assert only(broken(kustomize)).code == "profile/resources-failed"


def test_a_conflict_names_the_profile_that_has_the_release() -> None:
    found = {one.code: one for one in conclude(*captured(), served=SERVED)}
    finding = found["profile/release-conflict"]
    train = Ref("Profile", "train", "kcm-system", CONFIG)
    assert finding.title == f"Helm release ingress/ingress is not touched: {train} has it"
    assert finding.relations[-1].target == train
    assert finding.relations[-1].edge == Edge.LIMITED_BY


def test_one_mistake_on_many_clusters_is_one_finding() -> None:
    objects = captured()
    first = get(objects, "ClusterSummary", "nameless-image-capi-train")
    for number in range(5):
        other = deepcopy(first)
        other["metadata"] |= {"name": f"nameless-image-capi-t{number}", "uid": str(number)}
        other["spec"]["clusterName"] = f"t{number}"
        objects.append(other)
    found = [one for one in conclude(*objects) if one.code == "profile/release-failed"]
    assert len(only(found).members) == 6


def test_what_a_multi_cluster_service_deploys_is_told_at_it() -> None:
    def change(objects: list[Manifest]) -> None:
        get(objects, "ServiceSet", "train")["spec"]["multiClusterService"] = "monitoring"
        summary(featureSummaries=feature("Failed", "no"))(objects)

    finding = only(broken(change))
    assert finding.subject == Ref("MultiClusterService", "monitoring", "", "k0rdent.mirantis.com")


def test_a_cluster_without_kubeconfig_is_told_unless_it_is_known_to_be_down() -> None:
    said = 'Failed to get secret kcm-system/adopted: Secret "adopted" not found'

    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterSummary", "p--train-capi-train")
        one["status"] = {"failureMessage": said}

    assert only(broken(change)).code == "profile/not-applied"

    def down(objects: list[Manifest]) -> None:
        change(objects)
        one = get(objects, "ClusterSummary", "p--train-capi-train")
        one["spec"] |= {"clusterType": "Sveltos", "clusterName": "adopted"}
        objects.append(get(captured(), "SveltosCluster", "adopted"))

    assert only(broken(down)).code == "sveltoscluster/down"


def test_a_cluster_that_is_down_names_the_secret_and_a_paused_one_is_silent() -> None:
    def down(**spec: bool) -> Change:
        def change(objects: list[Manifest]) -> None:
            one = get(captured(), "SveltosCluster", "adopted")
            one["spec"] |= spec
            objects.append(one)

        return change

    finding = only(broken(down()))
    assert finding.severity == Severity.CRITICAL
    assert finding.relations[0].target == Ref("Secret", "sandbox-identity", "kcm-system")
    assert broken(down(paused=True)) == []


def test_a_cluster_that_failed_once_is_silent() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(captured(), "SveltosCluster", "adopted")
        one["status"] = {"connectionFailures": 1, "failureMessage": "timeout"}
        objects.append(one)

    assert broken(change) == []


def depends_on(name: str, *, there: bool, matches: bool) -> Change:
    def change(objects: list[Manifest]) -> None:
        orphan = get(captured(), "ClusterSummary", "orphaned-capi-train")
        orphan["spec"]["clusterProfileSpec"] |= {"dependsOn": [name], "policyRefs": []}
        objects += [orphan, get(captured(), "ClusterProfile", "orphaned")]
        if there:
            objects.append(get(captured(), "ClusterProfile", "what-if"))
        if matches:
            objects.append(get(captured(), "ClusterSummary", "what-if-capi-train"))

    return change


def test_a_profile_that_waits_for_nothing_is_told() -> None:
    gone = only(broken(depends_on("what-if", there=False, matches=False)))
    assert gone.code == "profile/dependency-missing"
    assert gone.title.endswith("what-if, which does not exist")
    elsewhere = only(broken(depends_on("what-if", there=True, matches=False)))
    assert elsewhere.title.endswith("which is not for the same clusters")
    assert broken(depends_on("what-if", there=True, matches=True)) == []


def test_drift_is_information_while_sveltos_takes_it_back_and_a_warning_while_it_does_not() -> None:
    chart = {"releaseName": "ingress", "releaseNamespace": "ingress", "chartName": "x"}

    def drift(objects: list[Manifest]) -> None:
        one = get(objects, "ResourceSummary", "p--train-capi-train")
        one["status"] = {"helmResourcesChanged": True, "driftedHelmCharts": [chart]}

    finding = only(broken(drift))
    assert (finding.code, finding.severity) == ("profile/drifted", Severity.INFO)
    assert finding.title == (
        "Helm release ingress/ingress on the cluster was changed by hand, and Sveltos puts it back"
    )

    def held(objects: list[Manifest]) -> None:
        drift(objects)
        get(objects, "ClusterSummary", "p--train-capi-train")["status"][
            "reconciliationSuspended"
        ] = True

    assert only(broken(held)).severity == Severity.WARNING


def test_a_pause_is_never_more_than_information() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "Profile", "train")
        one["metadata"]["annotations"] = {"profile.projectsveltos.io/paused": "true"}

    finding = only(broken(change))
    assert (finding.code, finding.severity) == ("profile/suspended", Severity.INFO)


def test_a_mode_that_applies_nothing_or_once_is_silent() -> None:
    objects = [*healthy(), get(captured(), "ClusterSummary", "what-if-capi-train")]
    get(objects, "ClusterSummary", "p--train-capi-train")["spec"]["clusterProfileSpec"][
        "syncMode"
    ] = "OneTime"
    assert conclude(*objects, served=SERVED) == []


def test_what_is_being_withdrawn_is_silent() -> None:
    def change(objects: list[Manifest]) -> None:
        summary(featureSummaries=feature("Failed", "no"))(objects)
        one = get(objects, "ClusterSummary", "p--train-capi-train")
        one["metadata"]["deletionTimestamp"] = ago(10)

    assert broken(change) == []
