"""Claims by DRA that get no devices, and devices that are tainted or offered twice."""

import pytest

from clusterwright.tools.finding import AbsenceEvidence, Edge
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import codes, condition, found, only, thing
from tests.tools.gpu.funnel.fleet import Fleet, ago, node, nvidia

API = "resource.k8s.io/v1"
DRIVER = "gpu.nvidia.com"
POD = "Pod/research/train-0"
CANNOT = "0/1 nodes are available: 1 cannot allocate all claims."


def pod(said: str = CANNOT, **claim: Json) -> Manifest:
    """A pod that waits for a claim."""
    told = [condition("PodScheduled", "False", "Unschedulable", said)] if said else []
    named = claim or {"resourceClaimName": "gpus"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "train-0", "namespace": "research", "creationTimestamp": ago(hours=1)},
        "spec": {"resourceClaims": [{"name": "gpu", **named}], "containers": [{"name": "main"}]},
        "status": {"phase": "Pending", "conditions": told},
    }


def claim(name: str = "gpus", *, status: Json = None, beta: bool = False, **asks: Json) -> Manifest:
    """A claim for devices of a class."""
    exactly = {"deviceClassName": DRIVER, "count": 1, **asks}
    request = {"name": "gpu", **(exactly if beta else {"exactly": exactly})}
    spec = {"devices": {"requests": [request]}}
    return thing("ResourceClaim", name, API, namespace="research", spec=spec, status=status or {})


def device_class(name: str = DRIVER, driver: str = DRIVER) -> Manifest:
    expression = f"device.driver == '{driver}' && device.attributes['{driver}'].type == 'gpu'"
    return thing(
        "DeviceClass", name, API, spec={"selectors": [{"cel": {"expression": expression}}]}
    )


def device(name: str, *, taints: Json = None, **attributes: str) -> Manifest:
    shown = {key: {"string": value} for key, value in {"type": "gpu", **attributes}.items()}
    return {"name": name, "attributes": shown, "taints": taints or []}


def slice_(*devices: Manifest, on: str = "gpu-1", driver: str = DRIVER, age: int = 1) -> Manifest:
    pool = {"name": on, "generation": age, "resourceSliceCount": 1}
    spec = {"driver": driver, "nodeName": on, "pool": pool, "devices": list(devices)}
    return thing("ResourceSlice", f"{on}-{driver}-{age}", API, spec=spec)


def given(device: str, name: str = "other") -> Manifest:
    """A claim that has a device."""
    result = {"driver": DRIVER, "pool": "gpu-1", "device": device, "request": "gpu"}
    return claim(name, status={"allocation": {"devices": {"results": [result]}}})


def by_dra(*objects: Manifest, classes: bool = True) -> Fleet:
    """A cluster whose node's devices are DRA's alone."""
    fleet = Fleet({kind: [] for kind in ("DeviceClass", "ResourceSlice", "ResourceClaim",
                                         "ResourceClaimTemplate")})  # fmt: skip
    fleet.add(node(devices={}))
    fleet.node["metadata"]["labels"] = {}
    fleet.add(*objects, *([device_class()] if classes else []))
    return fleet


def test_a_claim_that_has_its_devices_and_one_that_nobody_waits_for_are_well() -> None:
    whole = claim(status={"allocation": {"devices": {"results": []}}})
    assert found(by_dra(pod(), whole, slice_(device("gpu-0")))) == []
    assert found(by_dra(claim(), slice_(device("gpu-0")))) == []
    assert found(by_dra(claim())) == [], "no slices, and nobody who asks"


def test_a_class_that_does_not_exist_is_told_with_the_nearest() -> None:
    fleet = by_dra(pod(), claim(deviceClassName="gpu.nvidia.org"), slice_(device("gpu-0")))
    finding = only(found(fleet, now={"DeviceClass/gpu.nvidia.org": None}))
    assert (finding.code, str(finding.subject)) == ("dra/class-missing", POD)
    assert finding.title == 'DeviceClass "gpu.nvidia.org" does not exist; there is gpu.nvidia.com'
    assert any(isinstance(one, AbsenceEvidence) for one in finding.evidence)
    assert [(one.edge, str(one.target)) for one in finding.relations] == [
        (Edge.USES, "ResourceClaim/research/gpus")
    ]
    assert found(fleet, now={"DeviceClass/gpu.nvidia.org": device_class()}) == []


@pytest.mark.parametrize("said", ["", "waiting for the resourceclaim"])
def test_a_claim_that_does_not_exist_is_told_whatever_the_scheduler_says(said: str) -> None:
    fleet = by_dra(pod(said), claim("gpu-s"), slice_(device("gpu-0")))
    finding = only(found(fleet, now={"ResourceClaim/research/gpus": None}))
    assert finding.code == "dra/claim-missing"
    assert "there is gpu-s" in finding.title
    template = pod(said, resourceClaimTemplateName="single")
    assert only(found(by_dra(template))).title.startswith('ResourceClaimTemplate "single"')


def test_no_slice_of_the_driver_is_told() -> None:
    finding = only(found(by_dra(pod(), claim(), slice_(device("a"), driver="gpu.amd.com"))))
    assert finding.code == "dra/no-slices"
    assert finding.title == (
        "No node offers a device of DRA driver gpu.nvidia.com; others do: gpu.amd.com"
    )


@pytest.mark.parametrize("beta", [False, True])
def test_devices_that_are_all_given_away_are_named_with_their_holders(*, beta: bool) -> None:
    offered = slice_(device("gpu-0"), device("gpu-1"))
    fleet = by_dra(pod(), claim(beta=beta, count=2), offered, given("gpu-0"))
    finding = only(found(fleet))
    assert finding.code == "dra/claim-unallocated"
    assert finding.title == (
        "2 devices of class gpu.nvidia.com (gpu.nvidia.com) are asked for, and at most 1 of 1 free"
        " ones are on one node: held by ResourceClaim/research/other"
    )


B200 = "device.attributes['gpu.nvidia.com'].productName == 'B200'"
UNREAD = "device.attributes['gpu.nvidia.com'].productName.matches('B.*')"


def selecting(expression: str, **asks: Json) -> Manifest:
    """A claim whose request selects devices."""
    return claim(selectors=[{"cel": {"expression": expression}}], **asks)


def test_a_selector_that_matches_no_device_is_quoted() -> None:
    offered = slice_(device("gpu-0", productName="H100"))
    finding = only(found(by_dra(pod(), selecting(B200), offered)))
    assert finding.code == "dra/claim-unallocated"
    assert finding.title.startswith("Of 1 free devices of gpu.nvidia.com none is one that matches")
    assert "B200" in finding.title


@pytest.mark.parametrize("expression", [UNREAD, B200], ids=["not evaluated", "no such attribute"])
def test_a_selector_that_is_not_evaluated_is_no_match_and_no_mismatch(expression: str) -> None:
    finding = only(found(by_dra(pod(), selecting(expression), slice_(device("gpu-0")))))
    assert finding.code == "dra/claim-unallocated"
    assert finding.title.startswith("1 devices of gpu.nvidia.com are free; whether they match “dev")
    assert finding.title.endswith("” is not judged here")
    short = by_dra(pod(), selecting(expression, count=2), slice_(device("gpu-0")))
    assert "at most 1 of 1 free ones are on one node" in only(found(short)).title


def test_devices_that_match_and_are_given_away_are_no_mismatch() -> None:
    offered = slice_(device("gpu-0", productName="B200"), device("gpu-1", productName="H100"))
    finding = only(found(by_dra(pod(), selecting(B200), offered, given("gpu-0"))))
    assert "none is free: held by ResourceClaim/research/other" in finding.title


def test_wishes_that_all_differ_are_judged_up_to_a_number() -> None:
    fleet = by_dra(slice_(device("gpu-0", productName="H100")))
    for number in range(110):
        one, wish = (
            pod(resourceClaimName=f"c-{number}"),
            selecting(B200.replace("200", f"{number}")),
        )
        one["metadata"]["name"], wish["metadata"]["name"] = f"train-{number}", f"c-{number}"
        fleet.add(one, wish)
    assert len(found(fleet)) == 100


def test_a_class_that_no_device_of_its_driver_is_of_is_told() -> None:
    offered = slice_(device("gpu-0", type="mig"), device("gpu-1", type="mig"))
    finding = only(found(by_dra(pod(), claim(), offered)))
    assert finding.title == ("None of the 2 devices of gpu.nvidia.com is of class gpu.nvidia.com")


def test_all_devices_of_a_node_are_not_to_be_had_while_one_is_given_away() -> None:
    wanted = claim(allocationMode="All")
    offered = slice_(device("gpu-0"), device("gpu-1"))
    finding = only(found(by_dra(pod(), wanted, offered, given("gpu-0"))))
    assert finding.title.startswith(
        "All devices of class gpu.nvidia.com (gpu.nvidia.com) of a node"
    )
    assert found(by_dra(pod(), wanted, offered)) == []


def test_a_class_that_is_missing_in_any_alternative_is_told_as_the_scheduler_does() -> None:
    one = claim()
    alternatives = [{"name": "a", "deviceClassName": DRIVER}, {"name": "b", "deviceClassName": "x"}]
    one["spec"]["devices"]["requests"] = [{"name": "gpu", "firstAvailable": alternatives}]
    fleet = by_dra(
        pod("request gpu/b: device class x does not exist"), one, slice_(device("gpu-0"))
    )
    assert only(found(fleet)).code == "dra/class-missing"


def test_a_pool_that_lacks_slices_offers_nothing() -> None:
    part = slice_(device("gpu-0"), device("gpu-1"))
    part["spec"]["pool"]["resourceSliceCount"] = 2
    assert "dra/claim-unallocated" not in codes(found(by_dra(pod(), claim(), part))).values()


def test_a_class_that_excludes_a_driver_does_not_ask_for_it() -> None:
    excluding = thing("DeviceClass", DRIVER, API, spec={"selectors": [
        {"cel": {"expression": f"!(device.driver == '{DRIVER}')"}}]})  # fmt: skip
    other = slice_(device("a"), driver="gpu.amd.com")
    assert found(by_dra(pod(), claim(), excluding, other, classes=False)) == []


def test_a_pod_that_waits_for_something_else_is_no_fault_of_its_claim() -> None:
    said = "0/1 nodes are available: 1 Insufficient cpu."
    assert found(by_dra(pod(said), claim(count=2), slice_(device("gpu-0")))) == []


def test_only_the_newest_generation_of_a_pool_counts() -> None:
    old, new = (
        slice_(*(device(f"gpu-{i}") for i in range(4)), age=1),
        slice_(device("gpu-0"), age=2),
    )
    assert "at most 1 of 1 free" in only(found(by_dra(pod(), claim(count=2), old, new))).title


XID = {"key": "gpu.nvidia.com/xid", "value": "79", "effect": "NoExecute"}


def test_a_tainted_device_is_told_of_its_node_with_who_waits() -> None:
    fleet = by_dra(pod(), claim(), slice_(device("gpu-0", taints=[XID]), device("gpu-1")),
                   given("gpu-1"))  # fmt: skip
    finding = only(found(fleet))
    assert (finding.code, str(finding.subject)) == ("dra/device-tainted", "Node/gpu-1")
    assert finding.title == (
        "1 of 2 devices of gpu.nvidia.com are tainted: gpu-0 (gpu.nvidia.com/xid=79:NoExecute)"
    )
    assert [(str(one.source), one.edge) for one in finding.relations] == [(POD, Edge.REQUESTS)]


def test_a_taint_that_keeps_nobody_off_is_silent() -> None:
    shown = {**XID, "effect": "None"}
    assert found(by_dra(slice_(device("gpu-0", taints=[shown])))) == []


def test_devices_that_a_plugin_and_dra_both_offer_are_told_once() -> None:
    fleet = nvidia()
    fleet.add(slice_(device("gpu-0"), device("gpu-1")))
    finding = only(found(fleet))
    assert (finding.code, str(finding.subject)) == ("dra/double-advertised", "Node/gpu-1")
    assert "8 nvidia.com/gpu by the device plugin, and 2 devices by DRA" in finding.title


def test_the_links_between_gpus_are_no_devices_that_are_offered_twice() -> None:
    fleet = nvidia()
    fleet.add(slice_(device("channel-0"), driver="compute-domain.nvidia.com"))
    assert found(fleet) == []


def test_a_gpu_that_a_container_and_a_machine_have_at_once_is_told() -> None:
    both = slice_(device("gpu-0", uuid="GPU-1"), device("vfio-0", uuid="GPU-1", type="vfio"))
    fleet = by_dra(both, given("gpu-0", "container"), given("vfio-0", "machine"))
    finding = only(found(fleet))
    assert finding.code == "dra/allocated-twice"
    assert finding.title.startswith("GPU GPU-1 is given to a container and passed through at once")
    fleet = by_dra(both, given("gpu-0", "container"))
    assert found(fleet) == []


def domain(state: str = "NotReady", nodes: Json = None) -> Manifest:
    channel = {"resourceClaimTemplate": {"name": "channel"}}
    spec: Manifest = {"numNodes": 2, "channel": channel}
    status: Manifest = {"status": state, "nodes": nodes or []}
    api = "resource.nvidia.com/v1beta1"
    return thing("ComputeDomain", "link", api, namespace="research", spec=spec, status=status)


def member(*, ready: str = "False", **spec: Json) -> Manifest:
    """A pod of the domain, on a node."""
    one = pod(resourceClaimTemplateName="channel")
    one["spec"] = {**one["spec"], "nodeName": "gpu-1", **spec}
    one["status"]["conditions"] = [condition("Ready", ready)]
    return one


def test_a_domain_that_its_pods_wait_for_is_told() -> None:
    fleet = Fleet()
    bad = [{"name": "gpu-1", "status": "Ready"}, {"name": "gpu-2", "status": "NotReady"}]
    fleet.add(member(), domain(nodes=bad))
    finding = only(found(fleet))
    assert finding.code == "gpu/compute-domain-not-ready"
    assert finding.title == (
        "Its IMEX domain has 1 of 2 nodes, and a pod waits for it; not ready: gpu-2"
    )


@pytest.mark.parametrize(
    "objects",
    [[domain()], [domain("Ready"), member()], [domain(), member(ready="True")], [domain(), pod()]],
    ids=["no pods", "ready", "its pods run", "its pods have no node"],
)
def test_a_domain_without_waiting_pods_is_silent(objects: list[Manifest]) -> None:
    fleet = Fleet()
    fleet.add(*objects)
    assert "gpu/compute-domain-not-ready" not in codes(found(fleet)).values()
