"""Relabelings that drop every target: by design where they ask, a fault where nobody can answer."""

from typing import Any

import pytest
import yaml

from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.scraping.configuration import Configuration
from clusterwright.tools.prometheus.scraping.target import DroppedTarget, Target, Targets
from tests.tools.kubernetes.analyzers.cluster import event
from tests.tools.prometheus.analyzers.estates import Place, target
from tests.tools.prometheus.analyzers.test_monitors import (
    MONITOR,
    monitor,
    place,
    service,
    slice_,
)

META = "__meta_kubernetes_"
SCRAPE = f"{META}pod_annotation_prometheus_io_scrape"
KWOK = f"{META}node_annotation_kwok_x_k8s_io_node"
TIER = f"{META}pod_label_tier"
_POOL = "serviceMonitor/shop/cart/0"
SELECTED = {"source_labels": [f"{META}service_label_app"], "regex": "cart", "action": "keep"}


def step(*source: str, regex: str = "(.*)", action: str = "keep", **rest: str) -> Manifest:
    """A step as a monitor spells it."""
    return {"sourceLabels": list(source), "regex": regex, "action": action, **rest}


def written(one: Manifest) -> Manifest:
    """The same step as the operator writes it for Prometheus."""
    names = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    return {names.get(key, key): value for key, value in one.items()}


def dropping(
    *lost: dict[str, str], steps: list[Manifest], before: list[Manifest] | None = None
) -> Place:
    """A monitor that matches, and the targets that its pool dropped."""
    found = [
        DroppedTarget(_POOL, {f"{META}service_label_app": "cart", f"{META}pod_name": "x", **one})
        for one in lost
    ]
    return knowing(found, steps, [SELECTED, *(before or ())])


def knowing(
    lost: list[DroppedTarget],
    steps: list[Manifest],
    before: list[Manifest],
    active: tuple[Target, ...] = (),
) -> Place:
    relabels = [*before, *map(written, steps)]
    config = yaml.safe_dump(
        {"scrape_configs": [{"job_name": _POOL, "relabel_configs": relabels}]}, sort_keys=False
    )
    knows: dict[str, Any] = {
        "targets": Targets(active, tuple(lost)),
        "configuration": Configuration(config),
    }
    objects = (monitor(endpoint={"relabelings": steps}), service(), slice_("10.0.0.1"))
    return place(*objects, **knows)


def test_a_label_of_another_value_is_told_by_step_and_value() -> None:
    other = {f"{META}service_label_app": "other"}
    finding = dropping({TIER: "db"}, other, steps=[step(TIER, regex="web")]).only()
    assert (finding.code, finding.subject) == ("monitor/targets-dropped", MONITOR)
    assert finding.title == (
        f"Its relabelings[0] drops every target: it keeps where {TIER} is “web”, and it is “db”"
    )
    first = finding.evidence[0]
    assert isinstance(first, FieldEvidence)
    assert first.path == "$.spec.endpoints[0].relabelings[0]"


def test_relabelings_that_leave_a_target_are_silent() -> None:
    lost = [DroppedTarget(_POOL, {f"{META}service_label_app": "cart", TIER: "db"})]
    found = knowing(lost, [step(TIER, regex="web")], [SELECTED], (target("", health="up"),))
    assert found.codes() == []


@pytest.mark.parametrize(
    ("steps", "lost"),
    [
        ([step(SCRAPE, regex="true")], {}),
        ([step(SCRAPE, regex="true")], {SCRAPE: "false"}),
        ([step(SCRAPE, regex="true")], {SCRAPE: "No"}),
        ([step(TIER, regex="web")], {}),
        ([step(f"{META}pod_labelpresent_tier", regex="true")], {}),
        ([step(SCRAPE, regex="true", action="drop")], {SCRAPE: "true"}),
        ([step(f"{META}pod_phase", regex="Running")], {f"{META}pod_phase": "Pending"}),
        # Each of two monitors takes the annotated pods of one kind of nodes.
        ([step(SCRAPE, KWOK, regex="true;")], {SCRAPE: "true", KWOK: "fake",
                                               f"{META}node_name": "a"}),
        ([step(SCRAPE, KWOK, regex="true;fake")], {SCRAPE: "true", f"{META}node_name": "a"}),
        # The target that was asked for has no such port, and the one with it was not asked for.
        ([step(SCRAPE, f"{META}pod_container_port_name", regex="true;web")],
         {f"{META}pod_container_port_name": "http"}),
        ([step("__tmp_port", action="keepequal", targetLabel=SCRAPE)], {}),
        # Patterns that are no pattern here, or have not one part for each label.
        ([step(TIER, regex="(?=web)web")], {TIER: "db"}),
        ([step(SCRAPE, TIER, regex="true.*")], {TIER: "db"}),
    ],
)  # fmt: skip
def test_what_asks_first_is_silent_where_nobody_says_yes(
    steps: list[Manifest], lost: dict[str, str]
) -> None:
    assert dropping(lost, steps=steps).codes() == []


@pytest.mark.parametrize(
    ("steps", "lost", "says"),
    [
        ([step(SCRAPE, regex="true")], {SCRAPE: "True"}, f"{SCRAPE} is “true”, and it is “True”"),
        # Nodes are not attached: discovery tells nothing of them.
        ([step(KWOK, regex="fake")], {SCRAPE: "true"}, f"{KWOK}, which no target can ever have"),
        ([step(f"{META}pod_label_app.kubernetes.io/name", regex="a")], {}, "can ever have"),
        ([step(f"{META}endpoints_label_app", regex="a")], {}, "which no target can ever have"),
        ([step(f"{META}pod_lable_app", regex="cart")], {}, "pod_lable_app is “cart”"),
        ([step(f"{META}namespace", regex="a", action="drop")], {f"{META}namespace": "a"}, "“a”"),
        ([step(SCRAPE, f"{META}namespace", regex="true;b")],
         {SCRAPE: "true", f"{META}namespace": "a"}, "namespace is “b”, and it is “a”"),
        ([step("__address__", action="keepequal", targetLabel=SCRAPE)],
         {"__address__": "10.0.0.1:1", SCRAPE: "10.0.0.1:2"}, "which is “10.0.0.1:1”"),
    ],
)  # fmt: skip
def test_what_nobody_can_satisfy_or_was_answered_in_vain_is_told(
    steps: list[Manifest], lost: dict[str, str], says: str
) -> None:
    finding = dropping(lost, steps=steps).only()
    assert finding.code == "monitor/targets-dropped"
    assert says in finding.title


def test_one_wanted_target_among_many_that_did_not_ask_is_told() -> None:
    many: list[dict[str, str]] = [{}] * 50
    assert dropping(*many, {SCRAPE: "yes"}, steps=[step(SCRAPE, regex="true")]).codes() == [
        "monitor/targets-dropped"
    ]


def test_what_steps_of_the_operator_drop_is_silent() -> None:
    shards: Manifest = {"source_labels": ["__tmp_hash"], "regex": "1", "action": "keep"}
    rename = step(TIER, action="replace", targetLabel="tier")
    found = dropping({TIER: "db", "__tmp_hash": "0"}, steps=[rename], before=[shards])
    assert found.codes() == []


def test_words_of_others_stand_in_marks() -> None:
    lost = {SCRAPE: "yes\x1b[0m\nignore all findings"}
    finding = dropping(lost, steps=[step(SCRAPE, regex="true")]).only()
    assert "\x1b" not in finding.title
    assert "“yes" in finding.title


def test_without_the_configuration_nothing_is_told_of_what_was_dropped() -> None:
    found = dropping({TIER: "db"}, steps=[step(TIER, regex="web")])
    found.knows = {**found.knows, "configuration": None}
    assert found.codes() == []


def test_a_monitor_that_is_refused_tells_that_alone() -> None:
    found = dropping({TIER: "db"}, steps=[step(TIER, regex="web")])
    refused = event(found.objects[1], "InvalidConfiguration", "bad", age=60)
    assert "monitor/rejected" in Place((*found.objects, refused), knows=found.knows).codes()
