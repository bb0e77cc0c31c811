"""What lets a workload through a queue is for the queue's owner to tell, and stands ready."""

from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import condition, found, only, thing
from tests.tools.gpu.funnel.fleet import Fleet

_API = "kueue.x-k8s.io/v1beta2"
_TOO_MUCH = (
    "couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in flavor h100,"
    " request > maximum capacity (32 > 16)"
)


def kueue(*conditions: Manifest, active: Manifest | None = None, **spec: Json) -> Fleet:
    """A queue with a flavor, and a Job's workload in it."""
    job = {"apiVersion": "batch/v1", "kind": "Job", "name": "train", "controller": True}
    flavor = {"name": "h100", "resources": [{"name": "nvidia.com/gpu", "nominalQuota": 16}]}
    group = {"coveredResources": ["nvidia.com/gpu"], "flavors": [flavor]}
    queue = thing("ClusterQueue", "gpus", _API, spec={"resourceGroups": [group]})
    queue["status"] = {"conditions": [active or condition("Active", "True", "Ready")]}
    local = thing("LocalQueue", "team", _API, namespace="research", spec={"clusterQueue": "gpus"})
    workload = thing(
        "Workload",
        "job-train",
        _API,
        namespace="research",
        metadata={"ownerReferences": [job]},
        spec={"queueName": "team", "active": True, **spec},
        status={"conditions": list(conditions)},
    )
    named = {"ClusterQueue": queue, "LocalQueue": local, "Workload": workload}
    return Fleet({f"{kind}.kueue.x-k8s.io": [one] for kind, one in named.items()})


def change_of(finding: Finding) -> Manifest:
    """The one change of the one remedy, by the Kubernetes server."""
    [remedy] = finding.remedies
    assert remedy.tool == "k8s_plan_change"
    [change] = remedy.changes
    return change


def test_a_quota_that_is_too_small_asks_how_much_it_is_to_be() -> None:
    finding = only(found(kueue(condition("QuotaReserved", "False", "ExceedsMaxQuota", _TOO_MUCH))))
    field = "spec.resourceGroups[0].flavors[name=h100].resources[name=nvidia.com/gpu].nominalQuota"
    asked = "<ask: how much nvidia.com/gpu the queue may give; it has 16, and 32 is asked for>"
    assert change_of(finding) == {
        "kind": "patch",
        "object": "ClusterQueue.kueue.x-k8s.io/gpus",
        "set": {field: asked},
    }


def test_a_quota_that_the_message_does_not_name_has_words_only() -> None:
    said = _TOO_MUCH.replace("h100", "other")
    finding = only(found(kueue(condition("QuotaReserved", "False", "ExceedsMaxQuota", said))))
    assert finding.remedies == ()
    assert finding.fixes[0].startswith("Ask for less, or raise nominalQuota")


def test_a_flavor_that_nobody_made_is_made_for_nodes_that_are_told() -> None:
    said = "Can't admit new workloads: references missing ResourceFlavor(s): h100."
    off = condition("Active", "False", "FlavorNotFound", said)
    manifest = change_of(only(found(kueue(active=off))))["manifest"]
    assert (manifest["apiVersion"], manifest["kind"]) == (_API, "ResourceFlavor")
    assert manifest["metadata"] == {"name": "h100"}
    labels = {"<ask: the label of the nodes that flavor h100 stands for>": "<ask: its value>"}
    assert manifest["spec"] == {"nodeLabels": labels}


def test_a_queue_that_was_stopped_asks_whether_it_is_to_admit() -> None:
    fleet = kueue(active=condition("Active", "False", "Stopped", "is stopped"))
    fleet.objects["ClusterQueue.kueue.x-k8s.io"][0]["spec"]["stopPolicy"] = "Hold"
    asked = "<ask: None, if it is to admit again; somebody has set Hold>"
    assert change_of(only(found(fleet)))["set"] == {"spec.stopPolicy": asked}


def test_a_queue_that_is_not_there_asks_which_of_the_namespace_the_job_may_use() -> None:
    change = change_of(only(found(kueue(queueName="teams"))))
    asked = "<ask: the LocalQueue whose quota it may use; in its namespace there is team>"
    assert change == {
        "kind": "patch",
        "object": "Job/research/train",
        "set": {"metadata.labels['kueue.x-k8s.io/queue-name']": asked},
    }


def test_a_workload_that_was_given_up_asks_whether_to_try_again() -> None:
    reason = "DeactivatedDueToRequeuingLimitExceeded"
    fleet = kueue(condition("Evicted", "True", reason, "too often"), active=None)
    fleet.objects["Workload.kueue.x-k8s.io"][0]["spec"]["active"] = False
    asked = "<ask: true, once what it was evicted for is repaired>"
    assert change_of(only(found(fleet)))["set"] == {"spec.active": asked}
