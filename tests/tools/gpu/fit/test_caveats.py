"""What the scheduler does not see: GPUs for machines, and what plugins do not share out."""

from clusterwright.tools.gpu.fit.answer import Fit, Fits
from clusterwright.tools.gpu.fit.explain import explain
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.fit.cluster import node, pod, snapshot

_SHARED = {"nvidia.com/gpu.replicas": "4", "nvidia.com/gpu.sharing-strategy": "time-slicing"}
_PASSED = "GH100_H100_SXM5_80GB"
_FOR_MACHINES = {"nvidia.com/gpu.deploy.vfio-manager": "true", "pool": "vm"}


def _machines(name: str = "vm", **labels: str) -> Manifest:
    return node(name, product="", labels={**_FOR_MACHINES, **labels}, GH100_H100_SXM5_80GB=8)


def _fit(asking: Manifest, *nodes: Manifest, refusals: dict[str, bool] | None = None) -> Fit:
    return explain(asking, snapshot(*nodes), "it", (), refusals or {})


def test_a_container_is_told_that_only_nodes_for_machines_are_left() -> None:
    selecting: Json = {"nodeSelector": {"pool": "vm"}}
    found = _fit(pod("train", gpu=1, spec=selecting), node("a", gpu=8), _machines())

    why = "its GPUs are for virtual machines (vm-passthrough)"
    assert found.causes == (
        f"nvidia.com/gpu is not offered by the nodes that it may be on, vm: {why}",
    )
    assert [one.detail for one in found.objections][-1] == f"no nvidia.com/gpu: {why}"
    options = [" ".join(one.do) for one in found.options]
    assert not any(_PASSED in one for one in options)


def test_nodes_for_machines_alone_can_be_set_up_for_containers() -> None:
    found = _fit(pod("train", gpu=1), _machines())

    assert found.causes == (
        f"no node offers nvidia.com/gpu; offered: nvidia.com/{_PASSED} (8 free)",
    )
    (option,) = found.options
    assert option.do == (
        "set its GPUs up for it: label nvidia.com/gpu.workload.config=container (gpu_plan_change)",
    )


def test_a_machine_that_asks_for_a_device_of_containers_is_told_so() -> None:
    found = _fit(pod("vm", GH100_H100_SXM5_80GB=1), node("a", gpu=8))

    assert "no nvidia.com/GH100_H100_SXM5_80GB: its GPUs are for containers" in [
        one.detail for one in found.objections
    ]
    assert "vm-passthrough or vm-vgpu" in found.options[0].do[0]


def test_a_machine_gets_its_device() -> None:
    found = _fit(pod("vm", GH100_H100_SXM5_80GB=2), _machines())

    assert (found.fits, found.nodes, found.notes) == (Fits.YES, ("vm",), ())


def test_more_than_one_of_a_shared_device_that_is_refused_everywhere_is_held() -> None:
    nodes = [node(name, gpu=16, labels=_SHARED) for name in "ab"]
    found = _fit(pod("train", gpu=2), *nodes, refusals={"a": True, "b": True})

    assert found.fits is Fits.HELD
    assert found.held == (
        "2 nvidia.com/gpu are more than one of a shared device, which the device plugin of a, b"
        " refuses: the pod would end in UnexpectedAdmissionError. Ask for 1: more brings no more of"
        " it",
    )


def test_where_some_nodes_refuse_it_is_told_which() -> None:
    nodes = (node("a", gpu=16, labels=_SHARED), node("b", gpu=8))
    found = _fit(pod("train", gpu=2), *nodes, refusals={"a": True})

    assert found.fits is Fits.YES
    assert found.notes == (
        "the device plugin of a refuses 2 nvidia.com/gpu: they are more than one of a shared"
        " device",
    )


def test_more_than_one_of_a_shared_device_brings_no_more_where_it_is_given() -> None:
    shared = node("a", gpu=16, labels=_SHARED)
    for refusals in ({}, {"a": False}):
        found = _fit(pod("train", gpu=2), shared, refusals=refusals)
        assert found.fits is Fits.YES
        assert found.notes == (
            "nvidia.com/gpu of a are shared: 2 bring no more time or memory than 1",
        )


def test_one_of_a_shared_device_needs_no_word() -> None:
    found = _fit(pod("a", gpu=1), node("a", gpu=16, labels=_SHARED), refusals={"a": True})

    assert (found.fits, found.notes) == (Fits.YES, ())


def test_a_renamed_resource_is_shared_too() -> None:
    shared, asking = node("a", labels=_SHARED), pod("train")
    shared["status"]["allocatable"]["nvidia.com/gpu.shared"] = "16"
    asking["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu.shared"] = "2"
    found = _fit(asking, shared, refusals={"a": True})

    assert found.fits is Fits.HELD


def test_devices_of_amd_that_are_for_machines_are_no_use_to_a_container() -> None:
    labels = {"amd.com/gpu.mode": "vf-passthrough"}
    found = _fit(pod("train", amd=1), node("a", product="", labels=labels, amd=8))

    assert found.fits is Fits.YES
    assert found.notes == (
        "amd.com/gpu of a are for virtual machines: a container has no use for them",
    )
