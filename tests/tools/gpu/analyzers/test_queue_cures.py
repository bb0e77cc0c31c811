"""What lets a workload through a queue is for the queue's owner to tell, and stands ready."""

from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import condition, found, only
from tests.tools.gpu.analyzers.test_queues import API, kueue, workload
from tests.tools.gpu.funnel.fleet import Fleet

_TOO_MUCH = (
    "couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in flavor h100,"
    " request > maximum capacity (32 > 16)"
)


def queued(*conditions: Manifest, active: Manifest | None = None, **spec: Json) -> Fleet:
    """A queue with a flavor, and a Job's workload in it."""
    flavor = {"name": "h100", "resources": [{"name": "nvidia.com/gpu", "nominalQuota": 16}]}
    group = {"coveredResources": ["nvidia.com/gpu"], "flavors": [flavor]}
    fleet = kueue(workload(*conditions, spec=spec), active=active)
    fleet.objects["ClusterQueue.kueue.x-k8s.io"][0]["spec"] = {"resourceGroups": [group]}
    return fleet


def change_of(finding: Finding) -> Manifest:
    """The one change of the one remedy, by the Kubernetes server."""
    [remedy] = finding.remedies
    assert remedy.tool == "k8s_plan_change"
    [change] = remedy.changes
    return change


def test_a_quota_that_is_too_small_asks_how_much_it_is_to_be() -> None:
    finding = only(found(queued(condition("QuotaReserved", "False", "ExceedsMaxQuota", _TOO_MUCH))))
    field = "spec.resourceGroups[0].flavors[name=h100].resources[name=nvidia.com/gpu].nominalQuota"
    asked = "<ask: how much nvidia.com/gpu the queue may give; it has 16, and 32 is asked for>"
    assert change_of(finding) == {
        "kind": "patch",
        "object": "ClusterQueue.kueue.x-k8s.io/gpus",
        "set": {field: asked},
    }


def test_a_quota_that_the_message_does_not_name_has_words_only() -> None:
    said = _TOO_MUCH.replace("h100", "other")
    finding = only(found(queued(condition("QuotaReserved", "False", "ExceedsMaxQuota", said))))
    assert finding.remedies == ()
    assert finding.fixes[0].startswith("Ask for less, or raise nominalQuota")


def test_a_flavor_that_nobody_made_is_made_for_nodes_that_are_told() -> None:
    said = "Can't admit new workloads: references missing ResourceFlavor(s): h100."
    off = condition("Active", "False", "FlavorNotFound", said)
    manifest = change_of(only(found(queued(active=off))))["manifest"]
    assert (manifest["apiVersion"], manifest["kind"]) == (API, "ResourceFlavor")
    assert manifest["metadata"] == {"name": "h100"}
    labels = {"<ask: the label of the nodes that flavor h100 stands for>": "<ask: its value>"}
    assert manifest["spec"] == {"nodeLabels": labels}


def test_a_queue_that_was_stopped_asks_whether_it_is_to_admit() -> None:
    fleet = queued(active=condition("Active", "False", "Stopped", "is stopped"))
    fleet.objects["ClusterQueue.kueue.x-k8s.io"][0]["spec"]["stopPolicy"] = "Hold"
    asked = "<ask: None, if it is to admit again; somebody has set Hold>"
    assert change_of(only(found(fleet)))["set"] == {"spec.stopPolicy": asked}


def test_a_queue_that_is_not_there_asks_which_of_the_namespace_the_job_may_use() -> None:
    change = change_of(only(found(queued(queueName="teams"))))
    asked = "<ask: the LocalQueue whose quota it may use; in its namespace there is team>"
    assert change == {
        "kind": "patch",
        "object": "Job/research/train",
        "set": {"metadata.labels['kueue.x-k8s.io/queue-name']": asked},
    }


def test_a_workload_that_was_given_up_asks_whether_to_try_again() -> None:
    reason = "DeactivatedDueToRequeuingLimitExceeded"
    fleet = queued(condition("Evicted", "True", reason, "too often"), active=None)
    fleet.objects["Workload.kueue.x-k8s.io"][0]["spec"]["active"] = False
    asked = "<ask: true, once what it was evicted for is repaired>"
    assert change_of(only(found(fleet)))["set"] == {"spec.active": asked}
