import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest
import yaml

from clusterwright.deploy.sandbox.scenario.card import DOMAINS, Domain
from clusterwright.deploy.sandbox.scenario.load import load, load_all, load_of
from clusterwright.deploy.sandbox.scenario.model import MARK, Rendered, Scenario
from clusterwright.deploy.sandbox.scenarios import (
    CLUSTER_API,
    GPU,
    HELM,
    KUBERNETES,
    NINE,
    PROMETHEUS,
    SCENARIOS,
)
from clusterwright.tools.cluster_api.analyzers import ANALYZERS as OF_CLUSTER_API
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.gpu.analyzers import ANALYZERS as OF_GPU
from clusterwright.tools.helm.analyzers import ANALYZERS as OF_HELM
from clusterwright.tools.helm.record import KIND, release_ref
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.manifest import Json, Manifest, items, labels_of, name_of, text
from clusterwright.tools.prometheus.analyzers import ANALYZERS as OF_PROMETHEUS
from clusterwright.tools.ref import Ref

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "deploy/sandbox/scenarios"
SEEDS = range(40)
EVERY = pytest.mark.parametrize("scenario", load_all(), ids=lambda s: s.name)
FAULTS = pytest.mark.parametrize(
    "scenario", [s for s in load_all() if s.card.kind == "fault"], ids=lambda s: s.name
)

# What would give the answer away in a name, a label, a namespace or an image.
HINTS = re.compile(
    r"absent|bad|break|broken|crash|cordon|denied|error|exceed|fail|(?<!de)fault|forbid|ghost|"
    r"impossible|invalid|kill|leak|(?<!in[- ])memory|mismatch|missing|never|nope|nosuch|oom|refus|"
    r"scenario|short|stuck|trap|typo|unknown|wrong"
)
KUBERNETES_CODES = frozenset(code for one in ANALYZERS for code in one.codes)
CLUSTER_API_CODES = frozenset(code for one in OF_CLUSTER_API for code in one.codes)
HELM_CODES = frozenset(code for one in OF_HELM for code in one.codes)
PROMETHEUS_CODES = frozenset(code for one in OF_PROMETHEUS for code in one.codes)
GPU_CODES = frozenset(code for one in OF_GPU for code in one.codes)
CODES = KUBERNETES_CODES | CLUSTER_API_CODES | HELM_CODES | PROMETHEUS_CODES | GPU_CODES
_SIMULATION = ".sandbox.clusterwright.io/"
"""In annotations by which a simulated part learns what it measures: no hint, but the world."""
_WITHOUT_SCENARIO = frozenset(
    {  # each has tests of its own; some need hours to develop, or a cluster that is badly ill
        "ingress/class-missing",
        "ingress/tls-secret-missing",
        "pod/evicted",
        "pod/image-pull-failed",
        "pod/init-container-running",
        "pod/sandbox-not-created",
        "pod/secret-missing",
        "pod/unschedulable",
        "pod/volume-not-bound",
        "pvc/not-bound",
        "service/no-ready-endpoints",
        "workload/priority-class-missing",
        "workload/unavailable",
    }
)


def test_each_folder_is_listed_once() -> None:
    assert sorted(SCENARIOS) == sorted(one.name for one in FOLDER.iterdir() if _is_scenario(one))


def test_each_scenario_is_listed_under_its_domain() -> None:
    assert tuple(one.name for one in load_of("kubernetes")) == KUBERNETES
    assert tuple(one.name for one in load_of("cluster_api")) == CLUSTER_API
    assert tuple(one.name for one in load_of("helm")) == HELM
    assert tuple(one.name for one in load_of("prometheus")) == PROMETHEUS
    assert tuple(one.name for one in load_of("gpu")) == GPU


def test_every_code_is_the_truth_of_some_scenario() -> None:
    told = {truth.code for one in load_of("kubernetes") for truth in one.render(0).truth}
    assert told == KUBERNETES_CODES - _WITHOUT_SCENARIO


def test_what_is_true_of_workload_clusters_can_be_told() -> None:
    told = {truth.code for one in load_of("cluster_api") for truth in one.render(0).truth}
    assert told <= CLUSTER_API_CODES
    assert len(told) >= 14


def test_there_are_at_least_32_faults_and_12_traps() -> None:
    kinds = [one.card.kind for one in load_of("kubernetes")]
    assert kinds.count("fault") >= 32
    assert kinds.count("trap") >= 12


def test_there_are_at_least_16_faults_and_6_traps_of_cluster_api() -> None:
    kinds = [one.card.kind for one in load_of("cluster_api")]
    assert kinds.count("fault") >= 16
    assert kinds.count("trap") >= 6


def test_there_are_at_least_14_faults_and_7_traps_of_metrics_and_each_truth_can_be_told() -> None:
    kinds = [one.card.kind for one in load_of("prometheus")]
    assert kinds.count("fault") >= 14
    assert kinds.count("trap") >= 7
    told = {truth.code for one in load_of("prometheus") for truth in one.render(0).truth}
    assert told <= PROMETHEUS_CODES | KUBERNETES_CODES


def test_there_are_at_least_16_faults_and_7_traps_of_gpus_and_each_truth_can_be_told() -> None:
    cards = [one.card for one in load_of("gpu")]
    assert sum(one.kind == "fault" for one in cards) >= 16
    assert sum(one.kind == "trap" for one in cards) >= 7
    told = {truth.code for one in load_of("gpu") for truth in one.render(0).truth}
    assert told <= GPU_CODES
    assert len(told) >= 16
    by_hand = [one for one in cards if one.by_hand]
    assert len(by_hand) <= len(cards) / 3


def test_cluster_api_scenarios_say_who_wrote_the_status_and_few_wrote_it_themselves() -> None:
    cards = [one.card for one in load_of("cluster_api")]
    assert [one.name for one in cards if not one.written_by] == []
    by_hand = [one for one in cards if one.by_hand]
    assert len(by_hand) <= len(cards) / 3
    assert [one.name for one in by_hand if not one.imitates] == []


def test_every_fault_says_what_a_right_repair_does() -> None:
    for one in load_all():
        assert (one.card.repair is None) == (one.card.kind == "trap")


def test_enough_faults_are_repaired_some_around_an_owner_and_enough_are_left_alone() -> None:
    repairs = [one.card.repair for one in load_of("kubernetes")]
    assert repairs.count("fixed") >= 20
    assert repairs.count("asks") + repairs.count("refused") >= 10
    owned = [one for one in load_all() if one.card.repair == "fixed" and _owned(one)]
    assert len(owned) >= 5


def _owned(scenario: Scenario) -> bool:
    """Tell whether an owner or an autoscaler holds the field that one would patch first."""
    whole = json.dumps(scenario.render(1).objects)
    marks = ("meta.helm.sh/", "argocd.argoproj.io/", "toolkit.fluxcd.io/")
    by_hpa = "HorizontalPodAutoscaler" in whole and "PodDisruptionBudget" in whole
    return by_hpa or any(mark in whole for mark in marks)


def test_the_nine_fault_cluster_is_made_of_faults() -> None:
    assert {load(name).card.kind for name in NINE} == {"fault"}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match=r"no scenario 'bad-imag'") as raised:
        load("bad-imag")
    assert "bad-image" in raised.value.hint


@EVERY
def test_a_seed_always_gives_the_same_objects_and_truth(scenario: Scenario) -> None:
    assert scenario.render(5) == scenario.render(5)


@EVERY
def test_seeds_give_other_namespaces_and_objects(scenario: Scenario) -> None:
    rendered = [scenario.render(seed) for seed in SEEDS]
    assert len({one.namespace for one in rendered}) == len(SEEDS)
    assert len({json.dumps(one.objects) for one in rendered}) == len(SEEDS)


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_two_scenarios_of_a_seed_share_a_namespace_or_a_cluster_scoped_object(
    domain: Domain,
) -> None:
    """Those of one domain are broken together."""
    for seed in SEEDS:
        outside = [pair for one in load_of(domain) for pair in _outside(one.render(seed))]
        per_scenario = {pair: outside.count(pair) for pair in outside}
        assert set(per_scenario.values()) == {1}


def _outside(rendered: Rendered) -> set[tuple[str, str]]:
    made = [one for one in rendered.made if "namespace" not in one["metadata"]]
    return {(one["kind"], name_of(one)) for one in made}


@EVERY
def test_the_truth_speaks_of_objects_that_are_made(scenario: Scenario) -> None:
    for seed in SEEDS:
        rendered = scenario.render(seed)
        made = {Ref.of(one) for one in rendered.objects}
        releases = {release_ref(rendered.namespace, one.release) for one in rendered.operations}
        named = {ref for truth in rendered.truth for ref in (truth.subject, *truth.symptoms)}
        # What charts make is named after the release; that it is there is seen on a real cluster.
        made |= releases | {ref for ref in named if any(_begins(ref, one) for one in releases)}
        made |= {*_alerts(rendered.objects), *OF_EVERY_SANDBOX}
        by_controllers = {ref for ref in named if ref.name.endswith("*")}
        assert named - by_controllers <= made
        assert {ref.namespace for ref in by_controllers} <= {rendered.namespace}


def _alerts(objects: Iterable[Manifest]) -> set[Ref]:
    rules = [one for one in objects if one["kind"] == "PrometheusRule"]
    groups = [group for one in rules for group in items(one, "spec", "groups")]
    return {Ref("Alert", text(rule, "alert")) for one in groups for rule in items(one, "rules")}


def _of_every_sandbox() -> set[Ref]:
    """Return what is in every monitored sandbox, and no scenario makes: its alerts."""
    files = sorted((ROOT / "deploy/sandbox/monitoring/rules").glob("*.yaml"))
    documents: list[Manifest] = [
        one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]
    return {*_alerts(documents), Ref.parse("Alertmanager.monitoring.coreos.com/monitoring/main")}


OF_EVERY_SANDBOX = _of_every_sandbox()


def _begins(ref: Ref, release: Ref) -> bool:
    inside = ref.kind != KIND and ref.namespace == release.namespace
    return inside and ref.name.startswith(release.name)


@EVERY
def test_a_fault_has_a_truth_and_a_cure_and_a_trap_has_no_truth(scenario: Scenario) -> None:
    rendered = scenario.render(1)
    is_fault = scenario.card.kind == "fault"
    assert bool(rendered.truth) == is_fault
    assert bool(rendered.healed) == is_fault
    assert rendered.developed


@FAULTS
def test_the_cure_changes_something(scenario: Scenario) -> None:
    rendered = scenario.render(1)
    cure, broken = rendered.cure, {str(Ref.of(one)): one for one in rendered.objects}
    changed = [one for one in cure.apply if broken.get(str(Ref.of(one))) != one]
    assert cure.remove or cure.patch or cure.helm or cure.unsilence or changed


@EVERY
def test_nothing_in_the_cluster_tells_the_truth(scenario: Scenario) -> None:
    for seed in SEEDS:
        whole = json.dumps(_everything(scenario.render(seed)))
        assert not re.search(rf"(?<![\w.-]){scenario.name}(?![\w.-])", whole)
        assert scenario.card.title not in whole
        assert not [code for code in CODES if code in whole]


@EVERY
def test_no_name_label_or_image_hints_at_a_fault(scenario: Scenario) -> None:
    for seed in SEEDS:
        for one in _everything(scenario.render(seed)):
            assert not [name for name in _names(one) if HINTS.search(name.lower())]


@EVERY
def test_everything_lies_in_the_scenarios_namespace_or_carries_the_mark(scenario: Scenario) -> None:
    rendered = scenario.render(3)
    for one in _of_the_sandbox(rendered):
        inside = one["metadata"].get("namespace") == rendered.namespace
        assert inside or MARK.items() <= labels_of(one).items()


@EVERY
def test_what_is_simulated_names_what_it_imitates(scenario: Scenario) -> None:
    assert bool(scenario.card.simulated) == bool(scenario.card.imitates)


@EVERY
def test_what_needs_no_node_pulls_no_image(scenario: Scenario) -> None:
    pulls, needs = bool(scenario.render(2).images), scenario.card.needs
    assert pulls == (needs == "node") or needs == "prometheus"  # which comes with a node


def test_only_kinds_that_a_purge_looks_at_are_held_by_a_finalizer() -> None:
    everything = [one for scenario in load_all() for one in scenario.render(1).objects]
    assert {one["kind"] for one in everything if "finalizers" in one["metadata"]} == {"ConfigMap"}


def test_no_scenario_leans_on_an_analyzer() -> None:
    sources = (ROOT / "deploy/sandbox/scenario").glob("*.py")
    assert not [one.name for one in sources if "analyzer" in _imports(one)]


def _imports(module: Path) -> str:
    lines = module.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith(("import ", "from ")))


def _is_scenario(folder: Path) -> bool:
    return (folder / "scenario.yaml").is_file()


def _everything(rendered: Rendered) -> list[Manifest]:
    """Everything that breaking and healing apply, on the sandbox and on a workload cluster.

    And what they give to Helm.
    """
    stages = [stage for stage in (*rendered.stages, rendered.cure) if stage.target]
    given: list[Manifest] = [
        {"name": one.release, "values": one.values} for one in rendered.operations
    ]
    return [*_of_the_sandbox(rendered), *(one for stage in stages for one in stage.apply), *given]


def _of_the_sandbox(rendered: Rendered) -> list[Manifest]:
    """Everything that breaking applies to the sandbox, and what healing adds beside it."""
    made = {str(Ref.of(one)): one for one in rendered.objects}
    added = () if rendered.cure.target else rendered.cure.apply
    return [*made.values(), *(one for one in added if str(Ref.of(one)) not in made)]


def _names(node: Json) -> list[str]:
    """Every name, label, annotation and image below a node; not commands, nor fixed API words."""
    if isinstance(node, list):
        return [name for one in cast("list[Json]", node) for name in _names(one)]
    if not isinstance(node, dict):
        return []
    found: list[str] = []
    for key, value in cast("Manifest", node).items():
        if key in {"name", "namespace", "image", "storageClassName"} and isinstance(value, str):
            found.append(value)
        elif key in {"labels", "annotations", "matchLabels", "selector", "nodeSelector"}:
            found += [*_words(value)]
        elif key not in {"metrics", "names"}:
            found += _names(value)
    return found


def _words(node: Json) -> list[str]:
    if not isinstance(node, dict):
        return [str(node)]
    pairs = cast("Manifest", node).items()
    told = [(key, value) for key, value in pairs if _SIMULATION not in key]
    return [word for key, value in told for word in (key, *_words(value))]
