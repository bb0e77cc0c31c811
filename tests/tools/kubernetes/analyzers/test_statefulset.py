"""StatefulSets whose correction waits for a pod that can never become ready."""

import pytest

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, conclude, make, owned, pod

POD = Ref("Pod", "db-0", "shop")


def stateful(update: str = "new", **spec: Json) -> Manifest:
    status = {"currentRevision": "old", "updateRevision": update, "replicas": 1}
    return make("StatefulSet", "db", api="apps/v1", spec={"replicas": 3, **spec}, status=status)


def member(of: Manifest, revision: str = "old", *, ready: str = "False") -> Manifest:
    labels = {"controller-revision-hash": revision}
    conditions = [{"type": "Ready", "status": ready}]
    one = pod(name="db-0", phase="Pending", status={"conditions": conditions})
    one["metadata"]["labels"] = labels
    return owned(one, of)


def told(one: Manifest, pod_of_it: Manifest, now: Json = ...) -> list[str]:
    again = {} if now is ... else {POD: now}
    found = conclude(one, pod_of_it, now=again)
    return [f.title for f in found if f.code == "statefulset/rollout-blocked"]


def test_a_pod_of_an_older_revision_that_is_not_ready_blocks_the_rest() -> None:
    one = stateful()
    assert told(one, member(one)) == [
        "db-0 is of an older revision and not ready, so that it is never replaced by the corrected"
        " one, and 2 more wait for it"
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"podManagementPolicy": "Parallel"},
        {"updateStrategy": {"type": "OnDelete"}},
        {"updateStrategy": {"rollingUpdate": {"partition": 1}}},
    ],
)
def test_a_pod_that_no_update_is_meant_to_reach_blocks_nothing(spec: Manifest) -> None:
    one = stateful(**spec)
    assert told(one, member(one)) == []


def test_a_pod_of_the_newest_revision_or_a_ready_one_blocks_nothing() -> None:
    one = stateful()
    assert told(one, member(one, "new")) == []
    assert told(one, member(one, ready="True")) == []
    same = stateful("old")
    assert told(same, member(same)) == []


def test_a_pod_that_goes_or_was_made_this_moment_is_waited_for() -> None:
    one, young, going = stateful(), member(stateful()), member(stateful())
    young["metadata"]["creationTimestamp"] = ago(3)
    going["metadata"]["deletionTimestamp"] = ago(3)
    assert told(one, young) == []
    assert told(one, going) == []


def test_a_pod_that_was_replaced_meanwhile_blocks_nothing() -> None:
    one = stateful()
    assert told(one, member(one), now=None) == []
    assert told(one, member(one), now=member(one, ready="True")) == []
    assert told(one, member(one), now=member(one))
