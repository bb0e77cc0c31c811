"""The rules that the simulated controller of k0rdent and Sveltos imitates."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts import CHARTS, chart_of
from clusterwright.deploy.sandbox.capi.k0rdent.controller.services import dependency_error
from clusterwright.deploy.sandbox.capi.k0rdent.controller.summary import of_cluster, ready
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import (
    Told,
    differs,
    ill,
    merged,
    well,
)
from clusterwright.deploy.sandbox.capi.k0rdent.kinds import KINDS, definitions
from clusterwright.tools.cluster_api.selection import selects
from clusterwright.tools.manifest import Json, Manifest


def service(name: str, *needs: str) -> Manifest:
    return {"name": name, "dependsOn": [{"name": one} for one in needs]}


def test_every_kind_has_the_plural_of_the_original() -> None:
    plurals = {
        one["spec"]["names"]["kind"]: one["spec"]["names"]["plural"] for one in definitions()
    }
    assert len(plurals) == len(KINDS)
    assert plurals["ClusterSummary"] == "clustersummaries"
    assert plurals["MultiClusterService"] == "multiclusterservices"
    assert plurals["Credential"] == "credentials"


def test_every_chart_takes_its_own_values() -> None:
    assert [one.complaint({}) for one in CHARTS] == [""] * len(CHARTS)


def test_a_chart_refuses_in_the_words_of_helm() -> None:
    chart = chart_of("sandbox-standalone-cp/sandbox-standalone-cp", "v1.0.0")
    assert chart is not None
    assert chart.complaint({"workersNumber": "two", "worker": {"accelerator": "T4", "x": 1}}) == (
        "values don't meet the specifications of the schema(s) in the following chart(s):\n"
        "sandbox-standalone-cp:\n"
        "- at '/worker': additional properties 'x' not allowed\n"
        "- at '/worker/accelerator': value must be one of 'Tesla-T4', 'NVIDIA-A100-SXM4-40GB',"
        " 'NVIDIA-H100-80GB-HBM3'\n"
        "- at '/workersNumber': got string, want integer"
    )


def test_dependencies_are_judged_as_k0rdent_judges_them() -> None:
    assert dependency_error([service("a", "b"), service("b")]) == ""
    assert dependency_error([service("a", "b")]).endswith(
        "dependency default/b of service default/a is not defined as a service"
    )
    looped = dependency_error([service("a", "b"), service("b", "a")])
    assert "dependency cycle detected at default/a" in looped


def test_an_empty_selector_selects_nothing() -> None:
    assert not selects({}, {"a": "b"})
    assert selects({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": "b"})


def test_a_condition_keeps_its_time_until_its_status_changes() -> None:
    since = "2026-01-01T00:00:00Z"
    before = {"type": "A", "status": "True", "reason": "Old", "lastTransitionTime": since}
    manifest: Manifest = {"metadata": {"generation": 3}, "status": {"conditions": [before]}}
    (same,) = merged(manifest, [well("A", "still")])
    assert (same["lastTransitionTime"], same["observedGeneration"]) == (since, 3)
    (changed,) = merged(manifest, [ill("A", "no longer")])
    assert changed["lastTransitionTime"] != since


def test_what_is_written_is_only_what_differs() -> None:
    found: Json = {"a": 1, "b": {"c": [1]}, "d": 2}
    assert not differs({"a": 1, "b": {"c": [1]}}, found)
    assert differs({"b": {"c": [1, 2]}}, found)
    assert differs({"d": None}, found)
    assert not differs({"e": None}, found)


def test_ready_sums_up_errors_before_what_is_on_its_way() -> None:
    def conditions(*told: Told) -> list[Manifest]:
        found: list[Manifest] = merged({}, list(told))
        return found

    waits = ill("CAPIClusterSummary", "* InfrastructureReady: waits")
    assert ready(conditions(well("TemplateReady"), waits)).reason == "Progressing"
    failed = ready(conditions(ill("TemplateReady", "no"), waits))
    assert (failed.status, failed.message) == ("False", "no")
    assert ready(conditions(well("TemplateReady"))).status == "True"
    assert ready([]).status == "Unknown"


def test_a_cluster_is_summed_up_by_the_conditions_that_k0rdent_reads() -> None:
    told = {"type": "InfrastructureReady", "status": "False", "message": "no quota"}
    found = of_cluster({"status": {"conditions": [told]}})
    assert found.status == "False"
    assert found.message.startswith("* InfrastructureReady: no quota\n* ControlPlaneInitialized:")
