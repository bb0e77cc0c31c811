"""What could not be read or is not evaluated is said, and never passes for a fit or a want."""

from dataclasses import replace

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.gpu.fit.answer import Fits
from clusterwright.tools.gpu.fit.explain import explain
from clusterwright.tools.gpu.fit.judge import judge
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.fit.cluster import custom, node, pod, snapshot

DRA = ("ResourceClaim", "DeviceClass", "ResourceSlice")
CLAIMS = {"resourceClaims": [{"name": "c", "resourceClaimName": "c"}]}
VERSION = "resource.k8s.io/v1"


def claim(**exactly: Json) -> Manifest:
    request = {"name": "r", "exactly": {"deviceClassName": "gpu.nvidia.com", **exactly}}
    return custom(VERSION, "ResourceClaim", "c", spec={"devices": {"requests": [request]}})


def device_class(expression: str, **spec: Json) -> Manifest:
    selectors = [{"cel": {"expression": expression}}]
    spec = {"selectors": selectors, **spec}
    return custom(VERSION, "DeviceClass", "gpu.nvidia.com", "", spec=spec)


def slice_of(name: str, *devices: Manifest) -> Manifest:
    pool = {"name": name, "generation": 1, "resourceSliceCount": 1}
    spec = {"driver": "gpu.nvidia.com", "nodeName": name, "pool": pool, "devices": devices}
    return custom(VERSION, "ResourceSlice", name, "", spec={**spec, "devices": list(devices)})


def test_claims_that_could_not_be_read_leave_it_open() -> None:
    found = explain(pod("t", cpu=1, spec=CLAIMS), snapshot(node("a")), "it")
    assert found.fits is Fits.UNSURE
    assert "claims, classes or slices could not be read" in found.unjudged[0]


def test_a_class_that_is_not_there_is_told_with_those_that_are() -> None:
    other = custom(VERSION, "DeviceClass", "gpu.nvidia.co", "")
    cluster = snapshot(node("a"), claim(), other, read=DRA)
    found = explain(pod("t", cpu=1, spec=CLAIMS), cluster, "it")
    assert found.fits is Fits.NO
    [objection] = found.objections
    assert objection.said == "request r: device class gpu.nvidia.com does not exist"
    assert objection.detail == "DeviceClasses: gpu.nvidia.co"


def test_a_selector_that_is_not_evaluated_makes_no_fit_and_no_refusal() -> None:
    strange = device_class("device.attributes.map(a, a).size() > 0")
    cluster = snapshot(node("a"), claim(), strange, slice_of("a", {"name": "g"}), read=DRA)
    found = explain(pod("t", cpu=1, spec=CLAIMS), cluster, "it")
    assert (found.fits, found.nodes) == (Fits.UNSURE, ("a",))
    assert "more than is evaluated here" in found.unjudged[0]
    too_few = snapshot(node("a"), claim(count=2), strange, slice_of("a", {"name": "g"}), read=DRA)
    assert explain(pod("t", cpu=1, spec=CLAIMS), too_few, "it").fits is Fits.NO


def test_all_devices_are_not_to_be_had_for_sure_while_one_may_be_among_them() -> None:
    known = device_class("device.attributes['gpu.nvidia.com'].kind == 'gpu'")
    sure = {"name": "g", "attributes": {"kind": {"string": "gpu"}}}
    every = claim(allocationMode="All")
    plain = snapshot(node("a"), every, known, slice_of("a", sure), read=DRA)
    assert explain(pod("t", cpu=1, spec=CLAIMS), plain, "it").fits is Fits.YES
    perhaps = snapshot(node("a"), every, known, slice_of("a", sure, {"name": "h"}), read=DRA)
    assert explain(pod("t", cpu=1, spec=CLAIMS), perhaps, "it").fits is Fits.UNSURE


def test_a_constraint_of_a_kind_that_is_not_known_leaves_it_open() -> None:
    known = device_class("device.driver == 'gpu.nvidia.com'")
    two = claim(count=2)
    two["spec"]["devices"]["constraints"] = [{"distinctAttribute": "gpu.nvidia.com/numa"}]
    offered = slice_of("a", {"name": "g"}, {"name": "h"})
    cluster = snapshot(node("a"), two, known, offered, read=DRA)
    assert explain(pod("t", cpu=1, spec=CLAIMS), cluster, "it").fits is Fits.UNSURE
    too_few = snapshot(node("a"), two, known, slice_of("a", {"name": "g"}), read=DRA)
    assert explain(pod("t", cpu=1, spec=CLAIMS), too_few, "it").fits is Fits.NO


def test_a_pool_that_lacks_slices_gives_no_device() -> None:
    known = device_class("device.driver == 'gpu.nvidia.com'")
    part = slice_of("a", {"name": "g"})
    part["spec"]["pool"]["resourceSliceCount"] = 2
    cluster = snapshot(node("a"), claim(), known, part, read=DRA)
    assert judge(pod("t", spec=CLAIMS), cluster).fitting == []


def test_devices_that_must_be_alike_are_taken_from_one_side() -> None:
    known = device_class("device.driver == 'gpu.nvidia.com'")
    two = claim(count=2)
    two["spec"]["devices"]["constraints"] = [{"matchAttribute": "gpu.nvidia.com/numa"}]

    def on(*sides: int) -> Manifest:
        devices = [
            {"name": f"g{i}", "attributes": {"numa": {"int": side}}} for i, side in enumerate(sides)
        ]
        return slice_of("a", *devices)

    apart = snapshot(node("a"), two, known, on(0, 1), read=DRA)
    assert judge(pod("t", spec=CLAIMS), apart).fitting == []
    together = snapshot(node("a"), two, known, on(0, 1, 1), read=DRA)
    assert judge(pod("t", spec=CLAIMS), together).fitting == ["a"]


def test_a_resource_that_stands_for_a_class_is_not_called_missing() -> None:
    known = device_class("device.driver == 'gpu.nvidia.com'", extendedResourceName="nvidia.com/gpu")
    free = snapshot(node("a"), known, slice_of("a", {"name": "g"}), read=DRA)
    assert explain(pod("t", gpu=1), free, "it").fits is Fits.YES
    found = explain(pod("t", gpu=2), free, "it")
    assert (found.causes, found.objections[0].said) == ((), "cannot allocate all claims")


def test_classes_that_may_not_be_read_are_a_doubt_about_resources() -> None:
    gap = Gap(what="DeviceClass", reason="forbidden")
    cluster = replace(snapshot(node("a")), coverage=Coverage(gaps=(gap,)))
    found = explain(pod("t", gpu=1), cluster, "it")
    assert found.unjudged == ("devices of DRA: claims, classes or slices could not be read",)
    assert found.gaps == (gap,)


def test_a_workload_of_kueue_that_may_not_be_read_is_not_called_missing() -> None:
    gated = {"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]}
    found = explain(pod("t", gpu=1, spec=gated), snapshot(node("a", gpu=8)), "it")
    assert found.held[1] == "Kueue keeps it at its gate; its Workload could not be read"


def test_affinity_by_namespaces_that_could_not_be_read_leaves_it_open() -> None:
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {},
        "namespaceSelector": {"matchLabels": {"team": "a"}},
    }
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    asking = pod("t", gpu=1, spec={"affinity": {"podAntiAffinity": required}})
    other = pod("p", on="a", metadata={"name": "p", "namespace": "other"})
    found = explain(asking, snapshot(node("a", gpu=8), other), "it")
    assert found.fits is Fits.UNSURE


def test_a_feature_that_a_kubelet_must_declare_leaves_it_open() -> None:
    asking = pod("t", gpu=1, spec={"hostUsers": False, "hostNetwork": True})
    assert explain(asking, snapshot(node("a", gpu=8)), "it").fits is Fits.UNSURE


def test_a_volume_that_waits_for_its_first_pod_leaves_it_open() -> None:
    lazy = custom("storage.k8s.io/v1", "StorageClass", "lazy", "")
    lazy["volumeBindingMode"] = "WaitForFirstConsumer"
    mounted = custom("v1", "PersistentVolumeClaim", "v", spec={"storageClassName": "lazy"})
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "v"}}]
    found = explain(
        pod("t", gpu=1, spec={"volumes": volumes}), snapshot(node("a", gpu=8), lazy, mounted), "it"
    )
    assert found.fits is Fits.UNSURE
    assert "where the volume of claim v can be made, or found" in found.unjudged


def test_room_that_was_made_for_another_pod_is_not_free() -> None:
    nominated = pod("first", priority=10, gpu=8)
    nominated["status"]["nominatedNodeName"] = "a"
    cluster = snapshot(node("a", gpu=8), nominated)
    assert judge(pod("t", priority=5, gpu=1), cluster).fitting == []
    assert judge(pod("t", priority=20, gpu=1), cluster).fitting == ["a"]
    assert judge(nominated, cluster).fitting == ["a"]
