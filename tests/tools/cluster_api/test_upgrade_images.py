"""Whether new machines would boot an image of the version that is asked for."""

from dataclasses import replace

import pytest

from clusterwright.tools.cluster_api.phases.parts import Pool
from clusterwright.tools.cluster_api.upgrade_checks.check import Status
from clusterwright.tools.cluster_api.upgrade_checks.images import images
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.test_upgrade_checks import listing, scene, status
from tests.tools.kubernetes.analyzers.cluster import make


def template(kind: str, **spec: Json) -> dict[Ref, Manifest]:
    one = make(kind, "gpu", api="infrastructure.cluster.x-k8s.io/v1beta2")
    one["spec"] = {"template": {"spec": spec}}
    return {Ref.of(one): one}


def held(kind: str, **spec: Json) -> dict[Ref, Manifest]:
    """Return the object that a MachinePool has in the place of a template."""
    one = make(kind, "gpu", api="infrastructure.cluster.x-k8s.io/v1beta2", spec=spec)
    return {Ref.of(one): one}


@pytest.mark.parametrize(
    ("templates", "found"),
    [
        (template("AWSMachineTemplate", instanceType="p5"), Status.PASSED),
        (template("AWSMachineTemplate", ami={"id": "ami-1"}), Status.WARN),
        (template("VSphereMachineTemplate", template="ubuntu-kube-v1.37.0"), Status.PASSED),
        (template("VSphereMachineTemplate", template="ubuntu-kube-v1.36.3"), Status.BLOCK),
        (template("Metal3MachineTemplate", image={"url": "http://a/k8s-1-36-3.img"}), Status.BLOCK),
        (template("GCPMachineTemplate", image="cos-k8s-1.37.0"), Status.PASSED),
        (template("GCPMachineTemplate", image="ubuntu-2021-12-05"), Status.WARN),
        (held("AWSMachinePool", awsLaunchTemplate={"ami": {"id": "ami-1"}}), Status.WARN),
        (held("AzureMachinePool", template={"image": {"id": "/images/k8s-1-36-3"}}), Status.BLOCK),
        (held("GCPMachinePool", image="cos-k8s-1.37.0"), Status.PASSED),
        ({}, Status.NOT_CHECKED),
    ],
)
def test_a_pinned_image_is_of_one_version(templates: dict[Ref, Manifest], found: Status) -> None:
    assert status(replace(scene(), templates=templates), "images") is found


GROUP = "infrastructure.cluster.x-k8s.io"
OF_POOLS: Manifest = {"machineDeploymentClass": {"names": ["gpu-*"]}}
BY_VERSION = {"template": "kube-{{ .builtin.machineDeployment.version }}"}


def patch(
    path: str = "/spec/template/spec/template",
    kind: str = "VSphereMachineTemplate",
    source: Json = BY_VERSION,
    matches: Manifest = OF_POOLS,
    **more: Json,
) -> Manifest:
    """Return a patch of a class, of one field."""
    selector = {"apiVersion": f"{GROUP}/v1beta2", "kind": kind, "matchResources": matches}
    one = {"op": "replace", "path": path, "valueFrom": source}
    return {"name": "image", "definitions": [{"selector": selector, "jsonPatches": [one]}], **more}


def pinned(image: str, *patches: Manifest) -> Status:
    """Return how it goes with an image that the template of the pool gpu pins."""
    one = scene()
    (pool,) = one.parts.pools
    assert pool.manifest is not None
    reference = {"apiGroup": GROUP, "kind": "VSphereMachineTemplate", "name": "gpu"}
    pool.manifest["spec"]["template"]["spec"]["infrastructureRef"] = reference
    found = template("VSphereMachineTemplate", template=image)
    templates = {replace(ref, namespace="default"): held for ref, held in found.items()}
    made_from = listing(patches=list(patches))
    return status(replace(one, templates=templates, made_from=made_from), "images")


def test_an_image_that_the_class_sets_by_the_version_follows_it() -> None:
    image = "ubuntu-kube-v1.36.3"
    assert pinned(image) is Status.BLOCK
    assert pinned(image, patch()) is Status.PASSED
    assert pinned(image, patch(source={"variable": "builtin.cluster.topology.version"})) is (
        Status.PASSED
    )


@pytest.mark.parametrize(
    "other",
    [
        patch(path="/spec/template/spec/datacenter"),
        patch(path="/spec/template/spec/templateName"),
        patch(kind="VSphereClusterTemplate"),
        patch(kind="KubeadmControlPlaneTemplate", path="/spec/template/spec/kubeadmConfigSpec"),
        patch(matches={"controlPlane": True}),
        patch(matches={"machineDeploymentClass": {"names": ["cpu-worker"]}}),
        patch(matches={"machinePoolClass": {"names": ["*"]}}),
        patch(source={"variable": "imageName"}),
    ],
)
def test_a_patch_of_something_else_leaves_the_image_as_it_is_pinned(other: Manifest) -> None:
    assert pinned("ubuntu-kube-v1.36.3", other) is Status.BLOCK


def test_the_image_of_a_machine_pool_is_set_by_a_patch_of_its_template() -> None:
    one = scene()
    of_class = {"name": "batch", "class": "gpu-batch"}
    one.parts.cluster["spec"]["topology"]["workers"]["machinePools"] = [of_class]
    found = held("GCPMachinePool", image="cos-k8s-1.36.3")
    (ref,) = (replace(each, namespace="default") for each in found)
    reference = {"apiGroup": GROUP, "kind": ref.kind, "name": ref.name}
    manifest = make(
        "MachinePool",
        "batch",
        spec={"template": {"spec": {"infrastructureRef": reference}}},
        namespace="default",
    )
    parts = replace(one.parts, pools=(Pool("batch", manifest, (), 0),))
    pools = {"machinePoolClass": {"names": ["gpu-*"]}}
    by_version = {"template": "cos-k8s-{{ .builtin.machinePool.version }}"}
    image = patch("/spec/template/spec/image", "GCPMachinePoolTemplate", by_version, pools)
    one = replace(one, parts=parts, templates={ref: next(iter(found.values()))})
    assert status(replace(one, made_from=listing(patches=[])), "images") is Status.BLOCK
    assert status(replace(one, made_from=listing(patches=[image])), "images") is Status.PASSED


def test_a_patch_under_a_condition_counts_where_it_set_the_image_that_runs() -> None:
    sometimes = patch(enabledIf="{{ .stock }}")
    assert pinned("ubuntu-kube-v1.36.3", sometimes) is Status.PASSED
    assert pinned("ubuntu-kube-v1.35.1", sometimes) is Status.BLOCK


def test_what_a_runtime_extension_patches_is_not_known() -> None:
    outside: Manifest = {"name": "image", "external": {"generatePatchesExtension": "images"}}
    assert pinned("ubuntu-kube-v1.36.3", outside) is Status.WARN


class Counted(dict[str, Json]):
    """An object that counts how often it is read."""

    reads = 0

    def get(self, key: str, default: Json = None, /) -> Json:
        self.reads += 1
        return super().get(key, default)


@pytest.mark.parametrize("many", [10, 40])
def test_pools_that_each_pin_an_image_are_read_once_and_not_once_for_each_other(many: int) -> None:
    one = scene()
    entries = [Counted({"class": "gpu-worker", "name": f"p{n}"}) for n in range(many)]
    one.parts.cluster["spec"]["topology"]["workers"]["machineDeployments"] = entries
    pools, templates = list[Pool](), dict[Ref, Manifest]()
    for entry in entries:
        reference = {"apiGroup": GROUP, "kind": "VSphereMachineTemplate", "name": entry["name"]}
        spec = {"template": {"spec": {"infrastructureRef": reference}}}
        owner = make("MachineDeployment", entry["name"], spec=spec, namespace="default")
        pools.append(Pool(entry["name"], owner, (), 1))
        (pinning,) = template("VSphereMachineTemplate", template="ubuntu-kube-v1.36.3").values()
        templates[Ref("VSphereMachineTemplate", entry["name"], "default", GROUP)] = pinning
    other = replace(one, parts=replace(one.parts, pools=tuple(pools)), templates=templates)
    patched = replace(other, made_from=listing(patches=[patch()]))
    assert images(patched).status is Status.PASSED
    assert {each.reads for each in entries} == {2}
    assert images(other).status is Status.BLOCK
