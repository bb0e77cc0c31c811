"""The tables of the simulated clouds agree with each other, and with the classes on offer."""

from importlib.resources import files

import pytest
import yaml

from clusterwright.deploy.sandbox.capi.clouds import aws, azure, gcp, openstack, vsphere
from clusterwright.deploy.sandbox.capi.clouds.all import CLOUDS
from clusterwright.deploy.sandbox.capi.clouds.hardware import Size
from clusterwright.deploy.sandbox.capi.install_classes import CLASSES
from clusterwright.deploy.sandbox.capi.kinds import KINDS, definitions
from clusterwright.tools.manifest import Manifest, dig, items, name_of, text

SIZED = {
    "aws": (aws.REGIONS, aws.SIZES, aws.QUOTAS),
    "azure": (azure.REGIONS, azure.SIZES, azure.QUOTAS),
    "gcp": (gcp.REGIONS, gcp.SIZES, gcp.QUOTAS),
    "openstack": (openstack.REGIONS, openstack.SIZES, openstack.QUOTAS),
}
SIZE_VARIABLES = {
    "aws": "instanceType",
    "azure": "vmSize",
    "gcp": "instanceType",
    "openstack": "flavor",
}
Table = tuple[tuple[str, ...], dict[str, Size], dict[str, dict[str, int]]]


def classes() -> dict[str, list[Manifest]]:
    package = files("clusterwright.deploy.sandbox.capi.classes")
    return {
        name: list(yaml.safe_load_all(package.joinpath(f"{name}.yaml").read_text("utf-8")))
        for name in CLASSES
    }


def variable(name: str, of: str) -> Manifest:
    found = next(one for one in classes()[of] if one["kind"] == "ClusterClass")
    return next(
        dig(one, "schema", "openAPIV3Schema")
        for one in items(found, "spec", "variables")
        if one["name"] == name
    )


@pytest.mark.parametrize("cloud", SIZED)
def test_sizes_and_quotas_name_only_regions_that_there_are(cloud: str) -> None:
    table: Table = SIZED[cloud]
    regions, sizes, quotas = table
    assert set(quotas) == set(regions)
    assert {region for size in sizes.values() for region in size.regions} <= set(regions)


@pytest.mark.parametrize("cloud", SIZED)
def test_a_class_offers_the_regions_of_its_cloud_and_a_size_that_it_has(cloud: str) -> None:
    regions, sizes, _ = SIZED[cloud]
    assert variable("region", f"{cloud}-gpu")["enum"] == list(regions)
    assert variable(SIZE_VARIABLES[cloud], f"{cloud}-gpu")["default"] in sizes


def test_the_class_of_vsphere_names_what_its_cloud_has() -> None:
    defaults = {
        name: variable(name, "vsphere-gpu")["default"]
        for name in ("server", "datacenter", "vGPUProfile", "template", "network")
    }
    assert defaults["server"] in vsphere.SERVERS
    assert defaults["datacenter"] in vsphere.DATACENTERS
    assert defaults["vGPUProfile"] in vsphere.PROFILES
    assert defaults["template"] in vsphere.TEMPLATES
    assert defaults["network"] in vsphere.NETWORKS


def test_every_size_with_a_quota_has_a_limit_somewhere() -> None:
    for regions, sizes, quotas in SIZED.values():
        limited = {quota for region in regions for quota in quotas[region]}
        assert {size.quota for size in sizes.values() if size.gpus} <= limited


def test_every_cloud_but_our_own_cites_what_it_imitates() -> None:
    for cloud in CLOUDS:
        assert bool(cloud.imitates) == (cloud.name != "sandbox")
        assert "/cluster-api-provider-" in cloud.imitates or cloud.name == "sandbox"


def test_every_class_says_that_it_is_simulated_and_has_a_pool_of_workers() -> None:
    for name, manifests in classes().items():
        found = next(one for one in manifests if one["kind"] == "ClusterClass")
        assert name_of(found) == name
        assert "sandbox.clusterwright.io/simulated" in found["metadata"]["annotations"]
        pools = items(found, "spec", "workers", "machineDeployments")
        assert [one["class"] for one in pools] == [
            "worker" if name == "in-memory" else "gpu-worker"
        ]


def test_definitions_have_the_contract_of_their_original() -> None:
    found = {name_of(one): one for one in definitions()}
    assert len(found) == len(definitions())
    contracts = {
        "awsmachines": ("v1beta1", "v1beta2"),
        "azuremachinetemplates": ("v1beta1", "v1beta1"),
        "gcpclusters": ("v1beta1", "v1beta1"),
        "openstackclusters": ("v1beta2", "v1beta2"),
        "metal3machinetemplates": ("v1beta2", "v1beta2"),
        "vspheremachines": ("v1beta2", "v1beta2"),
    }
    for plural, (contract, version) in contracts.items():
        labels = found[f"{plural}.infrastructure.cluster.x-k8s.io"]["metadata"]["labels"]
        assert labels[f"cluster.x-k8s.io/{contract}"] == version
    identity = found["awsclusterstaticidentities.infrastructure.cluster.x-k8s.io"]
    assert text(identity, "spec", "scope") == "Cluster"
    assert "baremetalhosts.metal3.io" in found
    assert "baremetalhosttemplates.metal3.io" not in found


def test_control_planes_can_be_scaled() -> None:
    scaled = {kind.name for kind in KINDS if kind.scaled}
    assert scaled == {"SandboxControlPlane", "K0sControlPlane", "K0smotronControlPlane"}
