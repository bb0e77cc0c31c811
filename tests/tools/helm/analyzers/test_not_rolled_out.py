"""release/not-rolled-out: a revision that asks for what its pods cannot have, as values say."""

import pytest

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.helm.estates import CART, Cluster, deployment, live, record
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod

CODE = "release/not-rolled-out"
NO_GPU = "0/4 nodes are available: 2 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taints."
QUOTA = 'pods "cart-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3'


def with_gpus(number: int, status: str, gpus: int, **values: Json) -> Manifest:
    one = deployment(container={"resources": {"limits": {"nvidia.com/gpu": gpus}}})
    return record(number, status, one, values={"gpus": gpus, **values})


def unscheduled(*records: Manifest, said: str = NO_GPU) -> Cluster:
    workload = live(deployment())
    replicas = owned(make("ReplicaSet", "cart-1", api="apps/v1"), workload)
    told = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said}
    waits = owned(pod(phase="Pending", status={"conditions": [told]}), replicas)
    return Cluster(records, [workload, replicas, waits])


def refused(*records: Manifest) -> Cluster:
    told = {"type": "ReplicaFailure", "status": "True", "message": QUOTA}
    return Cluster(records, [live({**deployment(), "status": {"conditions": [told]}})])


def test_more_of_a_resource_than_any_node_has() -> None:
    found = unscheduled(with_gpus(2, "deployed", 16), with_gpus(1, "superseded", 1)).only(CODE)
    assert found.subject == CART
    assert found.title == (
        "Revision 2 does not roll out, since gpus in the values went from 1 to 16; pods of"
        " Deployment cart wait: Insufficient nvidia.com/gpu"
    )
    assert found.remedies[0].changes[0]["revision"] == 1
    assert [str(one.source) for one in found.relations] == ["Deployment/shop/cart"]


def test_more_replicas_than_a_quota_admits() -> None:
    before = record(1, "superseded", deployment(), values={"replicaCount": 2})
    after = record(2, "deployed", deployment(replicas=6), values={"replicaCount": 6})
    found = refused(after, before).only(CODE)
    assert "since replicaCount in the values went from 2 to 6" in found.title
    assert found.title.endswith("wait: exceeded quota: small")


def test_an_upgrade_that_failed_waiting_for_them_is_the_same() -> None:
    found = unscheduled(with_gpus(2, "failed", 16), with_gpus(1, "deployed", 1))
    assert found.only(CODE).remedies[0].changes[0]["revision"] == 1


def test_a_chart_that_asks_for_more_is_told_by_its_field() -> None:
    one = deployment(container={"resources": {"limits": {"nvidia.com/gpu": 16}}})
    found = unscheduled(record(2, "deployed", one), with_gpus(1, "superseded", 1)).only(CODE)
    assert "since the chart changed" in found.title or "gpus in the values" in found.title


@pytest.mark.parametrize(
    "records",
    [
        [with_gpus(2, "deployed", 1, level="debug"), with_gpus(1, "superseded", 1)],
        [with_gpus(1, "deployed", 16)],
        [with_gpus(2, "deployed", 16), with_gpus(1, "failed", 1)],
        [with_gpus(3, "pending-upgrade", 16), with_gpus(1, "deployed", 1)],
    ],
    ids=["another-value-changed", "the-first-revision", "none-worked-before", "under-way"],
)
def test_pods_that_wait_for_what_no_revision_changed(records: list[Manifest]) -> None:
    assert CODE not in unscheduled(*records).codes()


def test_a_change_of_another_resource_is_not_what_they_wait_for() -> None:
    memory = deployment(container={"resources": {"limits": {"memory": "64Gi"}}})
    found = unscheduled(record(2, "deployed", memory), record(1, "superseded", deployment()))
    assert CODE not in found.codes()


def test_values_that_hold_secrets_are_not_shown() -> None:
    secret = {"apiToken": "hunter2-hunter2"}
    after = with_gpus(2, "deployed", 16, auth={"apiToken": "other-secret-here"})
    found = unscheduled(after, with_gpus(1, "superseded", 1, auth=secret)).only(CODE)
    assert "hunter2" not in found.model_dump_json()
    assert "other-secret" not in found.model_dump_json()
