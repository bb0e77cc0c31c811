"""What is found in objects of k0rdent as its controller writes them, and what is not."""

from collections.abc import Callable

import pytest

from clusterwright.tools.cluster_api.k0rdent.analyzers import K0RDENT
from clusterwright.tools.cluster_api.k0rdent.analyzers.multi_cluster import MULTI_CLUSTER
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.k0rdent.captured import (
    SERVED,
    broken,
    captured,
    drop,
    get,
    healthy,
    snapshot,
    tell,
)
from tests.tools.cluster_api.objects import conclude
from tests.tools.kubernetes.analyzers.cluster import ago, only

GROUP = "k0rdent.mirantis.com"
Change = Callable[[list[Manifest]], None]


def deployment(name: str) -> Ref:
    return Ref("ClusterDeployment", name, "kcm-system", GROUP)


def test_each_fault_is_told_once_at_the_object_that_has_it() -> None:
    found = conclude(*captured(), served=SERVED)
    assert sorted((one.code, one.subject.kind, one.subject.name) for one in found) == [
        ("clusterdeployment/config-rejected", "ClusterDeployment", "wide"),
        ("clusterdeployment/credential-missing", "ClusterDeployment", "unpaid"),
        ("clusterdeployment/template-missing", "ClusterDeployment", "typo"),
        ("credential/not-ready", "Credential", "stale"),
        ("multiclusterservice/matches-nothing", "MultiClusterService", "monitoring"),
        ("profile/dependency-missing", "ClusterProfile", "orphaned"),
        ("profile/drifted", "Profile", "train"),
        ("profile/release-conflict", "ClusterProfile", "second-ingress"),
        ("profile/release-failed", "ClusterProfile", "nameless-image"),
        ("profile/resources-failed", "ClusterProfile", "unwritten"),
        ("profile/suspended", "Profile", "train"),
        ("service/dependency-invalid", "ClusterDeployment", "looped"),
        ("service/template-missing", "ClusterDeployment", "misnamed"),
        ("sveltoscluster/down", "SveltosCluster", "adopted"),
        ("template/invalid", "ClusterTemplate", "sandbox-standalone-cp-9-9-9"),
        ("template/provider-missing", "ClusterTemplate", "elsewhere-1-0-0"),
    ]


def test_a_cluster_that_works_is_silent_and_so_is_one_that_is_only_tried_out() -> None:
    assert conclude(*healthy(), served=SERVED) == []
    objects = [*healthy(), get(captured(), "ClusterDeployment", "rehearsal")]
    assert conclude(*objects, served=SERVED) == []


def test_what_a_schema_refuses_is_named_with_the_value_that_is_wrong() -> None:
    (found,) = [one for one in conclude(*captured()) if one.code.endswith("config-rejected")]
    assert found.title.startswith(
        "The chart of its template refuses its config: “- at '/worker/accelerator': value must be"
    )
    assert "'/workersNumber'" in found.evidence[0].model_dump()["value"]


def test_a_verdict_on_an_earlier_config_is_not_told() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        said = "failed to validate template with provided configuration: no"
        tell(one, "HelmChartReady", "False", "Failed", said)
        one["metadata"]["generation"] += 1

    assert broken(change) == []


def test_who_waits_for_a_credential_or_a_template_is_a_member_of_the_one_finding() -> None:
    found = {one.code: one for one in conclude(*captured(), served=SERVED)}
    assert found["credential/not-ready"].members == (deployment("locked"),)
    assert found["template/invalid"].members == (deployment("ahead"),)
    assert found["template/provider-missing"].members == (deployment("cloudless"),)


def test_what_nobody_uses_is_only_worth_knowing() -> None:
    objects = captured()
    for name in ("locked", "ahead"):
        drop(objects, "ClusterDeployment", name)
    found = {one.code: one for one in conclude(*objects, served=SERVED)}
    assert found["credential/not-ready"].severity == Severity.INFO
    assert found["template/invalid"].severity == Severity.INFO


def manage(**component: str | bool) -> Change:
    def change(objects: list[Manifest]) -> None:
        management = get(objects, "Management", "kcm")
        management["status"]["components"]["projectsveltos"] = {
            "template": "projectsveltos-1-0-0",
            **component,
        }

    return change


def test_a_component_is_told_with_its_error_and_not_while_it_is_installed() -> None:
    finding = only(broken(manage(success=False, error="Helm install failed")))
    assert finding.code == "management/component-failed"
    assert finding.title == "Component projectsveltos is not healthy: “Helm install failed”"
    assert broken(manage(success=False)) == []
    assert broken(manage(success=True, error="an old one")) == []


def test_a_component_whose_template_is_not_valid_is_told_at_the_template() -> None:
    def change(objects: list[Manifest]) -> None:
        manage(success=False, error="not valid")(objects)
        template = get(objects, "ProviderTemplate", "projectsveltos-1-0-0")
        template["status"] |= {"valid": False, "validationError": "no chart"}

    finding = only(broken(change))
    assert (finding.code, finding.members) == (
        "template/invalid",
        (Ref("Management", "kcm", "", GROUP),),
    )


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("HasIncompatibleContracts", "management/contracts-incompatible"),
        ("ReleaseIsNotFound", "management/release-missing"),
        ("NotAllComponentsHealthy", None),
    ],
)
def test_the_management_cluster_says_what_holds_it_up(reason: str, code: str | None) -> None:
    def change(objects: list[Manifest]) -> None:
        tell(get(objects, "Management", "kcm"), "Ready", "False", reason, "said so")

    assert [one.code for one in broken(change)] == ([code] if code else [])


def test_a_chain_that_leads_to_what_does_not_exist_is_told() -> None:
    def change(objects: list[Manifest]) -> None:
        drop(objects, "ClusterTemplate", "sandbox-standalone-cp-1-0-0")

    codes = {one.code: one for one in broken(change)}
    assert set(codes) == {"template/chain-invalid"}
    assert "sandbox-standalone-cp-1-0-0, which does not exist" in (
        codes["template/chain-invalid"].title
    )


def test_a_chain_that_its_controller_refuses_is_told_in_its_words() -> None:
    def change(objects: list[Manifest]) -> None:
        chain = get(objects, "ServiceTemplateChain", "ingress-nginx")
        chain["status"] = {"valid": False, "validationError": "template x is not present"}

    assert only(broken(change)).title == "The chain is not valid: “template x is not present”"


def test_a_contract_that_a_provider_does_not_serve_is_told_at_the_template() -> None:
    def change(objects: list[Manifest]) -> None:
        template = get(objects, "ClusterTemplate", "sandbox-standalone-cp-1-0-1")
        template["status"]["providerContracts"] = {"infrastructure-sandbox": "v1beta3"}

    finding = only(broken(change))
    assert finding.code == "template/contract-unsupported"
    assert finding.title.endswith("v1beta3 of infrastructure-sandbox, which serves v1beta2")


def test_providers_of_another_region_are_not_compared() -> None:
    objects = captured()
    get(objects, "Credential", "sandbox")["spec"]["region"] = "eu"
    codes = {one.code for one in conclude(*objects, served=SERVED)}
    assert "template/provider-missing" not in codes


def test_a_credential_of_the_wrong_kind_is_told_at_the_cluster() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        said = "provider infrastructure-sandbox does not support ClusterIdentity Kind X"
        tell(one, "CredentialReady", "False", "Failed", said)

    assert only(broken(change)).code == "clusterdeployment/credential-unfit"


def test_what_was_so_before_the_credential_or_the_template_was_mended_is_silent() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        said = "the Credential kcm-system/sandbox is not Ready"
        tell(one, "CredentialReady", "False", "Failed", said)
        said = "ClusterTemplate kcm-system/a is not marked as valid"
        tell(one, "TemplateReady", "False", "Failed", said)

    assert broken(change) == []


def test_a_template_that_does_not_fit_the_services_is_told_in_the_words_of_k0rdent() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        said = "k8s version v1.35.2 does not satisfy k8s constraint >=1.36 from the ServiceTemplate"
        tell(one, "TemplateReady", "False", "Failed", said)

    finding = only(broken(change))
    assert finding.code == "clusterdeployment/not-ready"
    assert "does not satisfy k8s constraint" in finding.title


def release(reason: str, *, status: str = "False", seconds: float = 60, **spec: bool) -> Change:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "HelmRelease", "train")
        tell(one, "Ready", status, reason, "admission webhook denied the request")
        one["status"]["conditions"][-1]["lastTransitionTime"] = ago(seconds)
        one["spec"] |= spec

    return change


def test_a_release_that_failed_is_told_and_one_on_its_way_is_not() -> None:
    finding = only(broken(release("InstallFailed")))
    assert finding.code == "clusterdeployment/release-failed"
    assert finding.subject.kind == "HelmRelease"
    assert finding.members == (deployment("train"),)
    assert broken(release("Progressing")) == []
    assert broken(release("Progressing", status="Unknown")) == []
    assert broken(release("InstallFailed", suspend=True)) == []
    assert len(broken(release("SourceNotReady", seconds=1200))) == 1


def missing_cluster(objects: list[Manifest]) -> None:
    one = get(objects, "ClusterDeployment", "train")
    tell(one, "CAPIClusterSummary", "False", "CAPIClusterMissing", "Underlying object is missing")


def test_a_cluster_that_went_behind_its_deployment_is_told_only_if_it_is_gone() -> None:
    def change(objects: list[Manifest]) -> None:
        missing_cluster(objects)
        drop(objects, "Cluster", "train")

    assert only(broken(change)).code == "clusterdeployment/cluster-missing"
    assert broken(missing_cluster) == []


def test_a_cluster_that_is_still_made_is_silent() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        tell(one, "CAPIClusterSummary", "False", "IssuesReported", "* InfrastructureReady: no")
        tell(one, "ServicesInReadyState", "False", "Failed", "0/2")
        tell(one, "Ready", "False", "Progressing", "0/2 Services are ready.")

    assert broken(change) == []


def test_any_other_condition_of_a_deployment_is_told_in_its_words() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        tell(one, "DataSourceReady", "False", "Failed", "failed to get DataSource postgres")

    finding = only(broken(change))
    assert finding.code == "clusterdeployment/not-ready"
    assert finding.title == "DataSourceReady is not met: “failed to get DataSource postgres”"


def test_an_upgrade_to_another_chart_is_told_before_it_is_made() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        said = 'Helm chart name changed from "a" to "b"'
        tell(one, "HelmChartNameChanged", "True", "HelmChartNameChanged", said)

    assert only(broken(change)).code == "clusterdeployment/chart-renamed"


def deleted(seconds: float, *, cluster: bool) -> list[Finding]:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        one["metadata"]["deletionTimestamp"] = ago(seconds)
        tell(one, "Deleting", "True", "WaitingForServiceSetsDeletion", "Waiting for ServiceSets")
        if not cluster:
            drop(objects, "Cluster", "train")

    return broken(change)


def test_a_deletion_is_told_when_it_lasts_and_the_cluster_does_not_tell_it() -> None:
    assert only(deleted(900, cluster=False)).code == "clusterdeployment/deletion-blocked"
    assert deleted(60, cluster=False) == []
    assert deleted(900, cluster=True) == []


def services(*listed: Manifest) -> Change:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        one["spec"]["serviceSpec"]["services"] = list(listed)

    return change


def service(name: str, *needs: str, template: str = "cert-manager-1-16-2") -> Manifest:
    depends = [{"name": one, "namespace": "x"} for one in needs]
    return {"name": name, "namespace": "x", "template": template, "dependsOn": depends}


def test_dependencies_that_cannot_be_are_named() -> None:
    finding = only(broken(services(service("a", "b"))))
    assert finding.code == "service/dependency-invalid"
    assert finding.title.endswith("x/a depends on x/b, which is no service of it")
    finding = only(broken(services(service("a", "b"), service("b", "c"), service("c", "b"))))
    assert finding.title.endswith("in a circle: x/b -> x/c -> x/b")
    assert broken(services(service("a", "b"), service("b"))) == []


def test_a_service_template_that_does_not_exist_is_told_and_one_not_read_is_not() -> None:
    change = services(service("a", template="gone-1-0-0"))
    assert only(broken(change)).code == "service/template-missing"
    objects = healthy()
    change(objects)
    served = tuple(one for one in SERVED if not one.startswith("ServiceTemplate."))
    kept = [one for one in objects if one["kind"] != "ServiceTemplate"]
    found = conclude(*kept, served=served)
    assert [one.code for one in found if one.code == "service/template-missing"] == []


def test_an_upgrade_that_no_chain_offers_is_told_only_while_it_is_held() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        one["spec"]["serviceSpec"]["services"][0]["template"] = "cert-manager-1-16-2"

    finding = only(broken(change))
    assert finding.code == "service/upgrade-not-offered"
    assert finding.fixes == ("From ingress-nginx-4-11-3 the chain offers ingress-nginx-4-12-1.",)

    def offered(objects: list[Manifest]) -> None:
        one = get(objects, "ClusterDeployment", "train")
        one["spec"]["serviceSpec"]["services"][0]["template"] = "ingress-nginx-4-12-1"

    assert broken(offered) == []


def unbuilt(*, valid: bool) -> list[Finding]:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ServiceSet", "train")
        reason = "ServiceSetHelmChartsBuildFailed"
        tell(one, "ServiceSetProfile", "False", reason, "failed to get HelmChart x")
        if not valid:
            template = get(objects, "ServiceTemplate", "cert-manager-1-16-2")
            template["status"] |= {"valid": False, "validationError": "no chart"}

    return broken(change)


def test_a_profile_that_cannot_be_made_is_told_unless_a_template_tells_it() -> None:
    assert only(unbuilt(valid=True)).code == "service/profile-failed"
    finding = only(unbuilt(valid=False))
    assert finding.code == "template/invalid"
    assert finding.members == (deployment("train"),)


def test_a_service_that_fails_is_told_where_no_summary_tells_it() -> None:
    def change(objects: list[Manifest]) -> None:
        one = get(objects, "ServiceSet", "train")
        one["status"]["services"][0] |= {"state": "Failed", "failureMessage": "no values"}

    def without_summary(objects: list[Manifest]) -> None:
        change(objects)
        drop(objects, "ClusterSummary", "p--train-capi-train")

    assert broken(change) == []
    finding = only(broken(without_summary))
    assert finding.code == "service/failed"
    assert finding.title.endswith("fails: “no values”")


def many(**spec: object) -> Change:
    def change(objects: list[Manifest]) -> None:
        one = get(captured(), "MultiClusterService", "monitoring")
        one["spec"] |= spec
        objects.append(one)

    return change


def test_a_selector_that_misses_by_its_spelling_is_a_warning_and_any_other_is_not() -> None:
    near = only(broken(many()))
    assert (near.code, near.severity) == ("multiclusterservice/matches-nothing", Severity.WARNING)
    far = only(broken(many(clusterSelector={"matchLabels": {"env": "prod"}})))
    assert far.severity == Severity.INFO
    assert broken(many(clusterSelector={"matchLabels": {"team": "ml"}})) == []
    own = {"provider": {"selfManagement": True}}
    assert broken(many(clusterSelector={}, serviceSpec=own)) == []


def test_of_one_namespace_nothing_is_concluded_about_all_clusters() -> None:
    objects = healthy()
    many()(objects)
    assert list(MULTI_CLUSTER.detect(snapshot(objects, namespace="other"))) == []


def told_of_services(kind: str, message: str) -> list[Finding]:
    def change(objects: list[Manifest]) -> None:
        many(clusterSelector={"matchLabels": {"team": "ml"}})(objects)
        one = get(objects, "MultiClusterService", "monitoring")
        tell(one, kind, "False", "Failed", message)

    return broken(change)


def test_a_multi_cluster_service_says_what_it_refers_to_in_vain() -> None:
    head = "some services have invalid templates\n"
    said = 'failed to get ServiceTemplate kcm-system/x: "x" not found'
    finding = only(told_of_services("ServicesReferencesValidation", head + said))
    assert finding.code == "service/reference-invalid"
    assert finding.title.endswith(f"“{said}”")
    invalid = "the ServiceTemplate kcm-system/x is invalid with the error: no chart"
    assert told_of_services("ServicesReferencesValidation", head + invalid) == []


def test_a_multi_cluster_service_says_on_which_other_it_depends_in_vain() -> None:
    kind = "MultiClusterServiceDependencyValidation"
    finding = only(told_of_services(kind, "dependency /base of /monitoring is not defined"))
    assert finding.code == "multiclusterservice/dependency-invalid"


def test_the_tuple_has_every_module_of_the_folder() -> None:
    codes = [code for analyzer in K0RDENT for code in analyzer.codes]
    assert len(codes) == len(set(codes))
    assert len(K0RDENT) == 11
