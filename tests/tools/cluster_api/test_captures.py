"""What analyzers make of objects that the real controllers wrote."""

import pytest

from clusterwright.tools.cluster_api.estate import CLUSTER, Estate
from clusterwright.tools.cluster_api.tree import Asked, Branch, tree
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.manifest import items, name_of
from tests.tools.cluster_api.captured import FOLDER, captured, later
from tests.tools.cluster_api.objects import examine

FAULTS = {
    "nodes-not-ready": [
        ("machine/node-unhealthy", "memory-w-ps8r5", 2),
        ("pool/remediation-blocked", "memory-w", 2),
    ],
    "etcd-pod-failing": [("controlplane/etcd-unhealthy", "memory-g6ndl", 1)],
    "pools-blocked": [
        ("controlplane/component-unhealthy", "memory-g6ndl", 0),
        ("pool/template-missing", "memory-notemplate", 1),
        ("pool/scale-up-blocked", "memory-newer", 1),
        ("pool/scale-up-blocked", "memory-oldkubeadm", 1),
    ],
    "single-replica": [
        ("machine/node-unhealthy", "single-gk6v2", 1),
        ("controlplane/remediation-blocked", "single-gk6v2", 1),
    ],
    "retries-used-up": [
        ("machine/node-unhealthy", "memory-g6ndl", 2),
        ("controlplane/remediation-exhausted", "memory-g6ndl", 1),
    ],
    "paused-with-change": [("cluster/paused-with-changes", "single", 0)],
    "healthy": [],
    "remediating": [],
}


def told(findings: list[Finding]) -> list[tuple[str, str, int]]:
    return [(one.code, one.subject.name, len(one.members)) for one in findings]


def test_every_capture_has_its_truth() -> None:
    assert {one.stem for one in FOLDER.glob("*.json")} == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_capture_is_told_as_it_was_made(name: str) -> None:
    assert told(examine(later(captured(name)))) == FAULTS[name]


@pytest.mark.parametrize("name", ["nodes-not-ready", "etcd-pod-failing", "single-replica"])
def test_health_that_was_lost_a_moment_ago_is_not_told(name: str) -> None:
    found = examine(later(captured(name), minutes=0))
    assert [one.code for one in found if one.code.endswith("-unhealthy")] == []


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_told_of_a_cluster_that_is_paused_and_has_all_it_was_asked(name: str) -> None:
    if name == "paused-with-change":
        return
    objects = captured(name)
    for one in objects:
        if one["kind"] == "Cluster":
            one["spec"]["paused"] = True
    found = examine(later(objects))
    waits = [one.code for one in found if one.code != "cluster/paused-with-changes"]
    assert waits == []


def test_the_quorum_of_etcd_is_counted() -> None:
    objects = captured("etcd-pod-failing")
    only = examine(later(objects))[0]
    assert only.title.startswith("etcd: 2 of 3 members are well, 2 make the quorum, none may fail")
    machines = [one for one in objects if one["kind"] == "Machine"]
    for machine in machines:
        for each in machine["status"]["conditions"]:
            if each["type"] == "EtcdMemberHealthy":
                each |= {"status": "False", "reason": "NotHealthy", "message": "no answer"}
    lost = examine(later(objects))[0]
    assert lost.title.startswith("etcd: 0 of 3 members are well, 2 make the quorum, quorum is lost")
    assert lost.severity is Severity.CRITICAL


def test_a_budget_is_shown_as_it_was_written() -> None:
    found = examine(later(captured("nodes-not-ready")))
    budget = next(one for one in found if one.code == "pool/remediation-blocked")
    paths = {one.path: one.value for one in budget.evidence if one.type == "field"}
    assert paths["$.spec.remediation.triggerIf.unhealthyLessThanOrEqualTo"] == "0"
    assert paths["$.status.currentHealthy"] == "0 of 2"


def test_a_health_check_of_the_older_api_shows_its_budget_too() -> None:
    objects = captured("nodes-not-ready")
    for one in objects:
        if one["kind"] == "MachineHealthCheck":
            del one["spec"]["remediation"]
            one["spec"]["maxUnhealthy"] = "40%"
    found = examine(later(objects))
    budget = next(one for one in found if one.code == "pool/remediation-blocked")
    assert ("$.spec.maxUnhealthy", "40%") in {
        (one.path, one.value) for one in budget.evidence if one.type == "field"
    }


def test_a_template_that_is_missing_is_read_again_and_named() -> None:
    found = examine(later(captured("pools-blocked")))
    missing = next(one for one in found if one.code == "pool/template-missing")
    assert missing.title == "Its DevMachineTemplate nope does not exist"


def test_evidence_says_where_an_object_of_the_older_api_keeps_the_newer_conditions() -> None:
    objects = captured("nodes-not-ready")
    for one in objects:
        newer = one["status"].pop("conditions")
        one["status"]["v1beta2"] = {"conditions": newer}
    found = examine(later(objects))
    assert told(found) == FAULTS["nodes-not-ready"]
    paths = {one.path.partition("[")[0] for one in found[0].evidence if one.type == "field"}
    assert paths == {"$.status.v1beta2.conditions", "$.status.nodeRef.name"}


def branches(root: Branch) -> list[Branch]:
    return [root, *(one for child in root.children for one in branches(child))]


@pytest.mark.parametrize("name", FAULTS)
def test_every_branch_that_is_not_well_has_a_cause_at_or_below_it(name: str) -> None:
    snapshot = later(captured(name))
    cluster = snapshot.of_kind(CLUSTER)[0]
    for one in branches(tree(Estate(snapshot), cluster)):
        if one.status not in {"True", ""}:
            assert any(each.cause for each in branches(one)), one.ref


def test_a_branch_tells_its_conditions_and_pods_when_asked() -> None:
    snapshot = later(captured("nodes-not-ready"))
    cluster = snapshot.of_kind(CLUSTER)[0]
    pods = {"memory-w-ps8r5-6ncw5-hjbqc": 3, "memory-w-ps8r5-6ncw5-wcw66": 4, "other": 9}
    found = branches(tree(Estate(snapshot), cluster, Asked(conditions=True, pods=pods)))
    machine = next(one for one in found if one.role == "machine")
    assert machine.members == 2
    assert machine.pods == 7
    assert [one.partition(" ")[0] for one in machine.conditions] == [
        "Available:",
        "Ready:",
        "NodeHealthy:",
        "NodeReady:",
        "HealthCheckSucceeded:",
    ]
    plain = branches(tree(Estate(snapshot), cluster))
    assert all(one.conditions == () and one.pods is None for one in plain)


WELL = ("memory-g6ndl-r6lft", "memory-g6ndl-srs69")


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        (
            1,
            "1 of 3 members are well, the health of 1 is unknown, 2 make the quorum, quorum may be",
        ),
        (
            2,
            "0 of 3 members are well, the health of 2 is unknown, 2 make the quorum, quorum may be",
        ),
    ],
)
def test_a_member_of_etcd_whose_health_is_unknown_is_not_counted_as_well(
    silent: int, said: str
) -> None:
    objects = captured("etcd-pod-failing")
    for machine in [one for one in objects if name_of(one) in WELL[:silent]]:
        for one in items(machine, "status", "conditions"):
            if one["type"] == "EtcdMemberHealthy":
                one |= {"status": "Unknown", "reason": "InspectionFailed", "message": "no answer"}
    assert examine(later(objects))[0].title.startswith(f"etcd: {said} lost")
