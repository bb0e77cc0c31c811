"""What each cloud refuses, and its very words."""

from dataclasses import replace

import pytest

from clusterwright.deploy.sandbox.capi.clouds.aws import AWS
from clusterwright.deploy.sandbox.capi.clouds.azure import AZURE
from clusterwright.deploy.sandbox.capi.clouds.cloud import Cloud, Refusal
from clusterwright.deploy.sandbox.capi.clouds.gcp import GCP
from clusterwright.deploy.sandbox.capi.clouds.metal3 import METAL3
from clusterwright.deploy.sandbox.capi.clouds.openstack import OPENSTACK
from clusterwright.deploy.sandbox.capi.clouds.vsphere import VSPHERE
from clusterwright.tools.manifest import Manifest
from tests.deploy.sandbox.capi.surroundings import made, secret, wants

GCP_PROJECT = {"project": "p", "region": "asia-east1"}


def test_what_is_there_is_not_refused() -> None:
    openstack = {"identityRef": {"name": "clouds", "cloudName": "c", "region": "RegionOne"}}
    clouds = secret("clouds", **{"clouds.yaml": "clouds: {c: {auth: {password: right}}}"})
    assert AWS.refuses_cluster(wants({"region": "us-east-1"})) is None
    assert AZURE.refuses_cluster(wants({"location": "eastus"})) is None
    assert GCP.refuses_cluster(wants(GCP_PROJECT)) is None
    assert OPENSTACK.refuses_cluster(wants(openstack, None, clouds)) is None
    assert VSPHERE.refuses_cluster(wants({"server": "vcenter.sandbox.example"})) is None
    assert METAL3.refuses_cluster(wants({})) is None


def test_a_second_vpc_is_over_the_quota_of_its_region() -> None:
    alone = wants({"region": "ap-south-1"})
    assert AWS.refuses_cluster(alone) is None
    refused = AWS.refuses_cluster(replace(alone, used={"VPCs": 1}))
    assert refused is not None
    assert (refused.step, refused.reason) == ("VpcReady", "VpcReconciliationFailed")
    assert refused.message.startswith(
        "failed to create new managed VPC: failed to create vpc: operation error EC2: CreateVpc,"
        " https response error StatusCode: 400, RequestID: "
    )
    assert refused.message.endswith(
        "api error VpcLimitExceeded: The maximum number of VPCs has been reached."
    )


def test_a_quota_is_used_up_by_what_was_made_before() -> None:
    spec = {"instanceType": "g4dn.xlarge"}
    asked = wants({"region": "eu-central-1"}, spec, used={"G": 4})
    assert AWS.needs_of(asked) == {"G": 4}
    assert AWS.refuses_machine(asked) is None
    refused = AWS.refuses_machine(replace(asked, used={"G": 8}))
    assert refused is not None
    assert (
        "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 8"
        in (refused.message)
    )
    assert refused.event[0] == "FailedCreate"


def test_azure_says_how_much_of_the_quota_there_is_and_what_is_missing() -> None:
    spec = {"vmSize": "Standard_NC4as_T4_v3"}
    family = "Standard NCASv3_T4 Family"
    asked = wants({"location": "northeurope"}, spec, used={family: 8})
    refused = AZURE.refuses_machine(asked)
    assert refused is not None
    assert refused.message.startswith(
        "virtualmachine failed to create or update. err: failed to create or update resource c/m"
        " (service: virtualmachine): PUT https://management.azure.com/subscriptions/"
    )
    assert (
        f"exceeding approved {family} Cores quota. Additional details - Deployment Model: Resource"
        " Manager, Location: northeurope, Current Limit: 8, Current Usage: 8, Additional Required:"
        " 4, (Minimum) New Limit Required: 12."
    ) in refused.message


def test_an_unknown_size_is_terminal_on_azure_and_no_condition_tells_it() -> None:
    refused = AZURE.refuses_machine(wants({"location": "eastus"}, {"vmSize": "Standard_X"}))
    cause = (
        "failed to get VM SKU Standard_X in compute api: reconcile error that cannot be recovered"
        " occurred: resource sku with name 'Standard_X' and category 'virtualMachines' not found in"
        " location 'eastus'. Object will not be requeued"
    )
    assert refused == Refusal(
        "",
        "InvalidConfiguration",
        cause,
        event=("SKUNotFound", f"failed to initialize machine cache: {cause}"),
        fields={"failureReason": "InvalidConfiguration", "failureMessage": cause},
    )


def test_google_tells_errors_in_events_only() -> None:
    spec = {"instanceType": "a3-highgpu-8g"}
    message = (
        "GCE 503 - ZONE_RESOURCE_POOL_EXHAUSTED: The zone 'projects/p/zones/asia-east1-a' does not"
        " have enough resources available to fulfill the request.  Try a different zone, or try"
        " again later."
    )
    assert GCP.refuses_machine(wants(GCP_PROJECT, spec)) == Refusal(
        "",
        "GCPMachineReconcile",
        message,
        event=("GCPMachineReconcile", f"Reconcile error - {message}"),
    )


def test_google_tells_of_missing_credentials_nowhere_but_in_the_log() -> None:
    spec = GCP_PROJECT | {"credentialsRef": {"name": "gone", "namespace": "default"}}
    refused = GCP.refuses_cluster(wants(spec))
    assert refused is not None
    assert (refused.step, refused.event) == ("", ("", ""))
    assert refused.message.endswith('secret default\\gone: Secret "gone" not found')


def test_guest_accelerators_count_as_gpus_and_use_up_their_own_quota() -> None:
    guests = [{"type": "projects/p/zones/z/acceleratorTypes/nvidia-tesla-t4", "count": 2}]
    asked = wants(GCP_PROJECT, {"instanceType": "n1-standard-8", "guestAccelerators": guests})
    assert GCP.refuses_machine(asked) is None
    assert (GCP.size_of(asked).gpus, GCP.size_of(asked).product) == (2, "Tesla-T4")
    refused = GCP.refuses_machine(replace(asked, used=GCP.needs_of(asked)))
    assert refused is not None
    assert refused.message == (
        "GCE 403 - QUOTA_EXCEEDED: Quota 'NVIDIA_T4_GPUS' exceeded. "
        " Limit: 2.0 in region asia-east1."
    )


def test_openstack_says_ready_false_beside_the_network() -> None:
    reference = {"name": "clouds", "cloudName": "c", "region": "RegionOne"}
    clouds = secret("clouds", **{"clouds.yaml": "clouds: {c: {}}"})
    spec = {"identityRef": reference, "network": {"filter": {"name": "gone"}}}
    refused = OPENSTACK.refuses_cluster(wants(spec, None, clouds))
    assert refused == Refusal(
        "NetworkReady",
        "OpenStackError",
        "Failed to find network: filter matched no resources",
        also=(
            Refusal(
                "Ready", "OpenStackError", "failed to find network: filter matched no resources"
            ),
        ),
    )


def test_a_task_that_failed_in_vsphere_is_only_told_by_the_deprecated_conditions() -> None:
    spec = {
        "datacenter": "dc-2",
        "template": "ubuntu-2404-kube-v1.36",
        "pciDevices": [{"vGPUProfile": "grid_h100xm-80c"}],
    }
    refused = VSPHERE.refuses_machine(wants({"server": "vcenter.sandbox.example"}, spec))
    assert refused is not None
    assert (refused.step, refused.reason, refused.message) == (
        "VirtualMachineProvisioned",
        "TaskFailed",
        "",
    )
    told = refused.fields["deprecated"]["v1beta1"]["conditions"]
    assert {one["message"] for one in told} == {"No host is compatible with the virtual machine."}


@pytest.mark.parametrize("cloud", [AWS, GCP, OPENSTACK], ids=lambda cloud: cloud.name)
def test_a_network_stays_as_long_as_load_balancers_are_left_in_it(cloud: Cloud) -> None:
    asked = wants({"region": "us-east-1", "project": "p"})
    assert cloud.refuses_deletion(asked, []) is None
    assert cloud.refuses_deletion(asked, ["default/web"]) is not None


@pytest.mark.parametrize("cloud", [AZURE, METAL3, VSPHERE], ids=lambda cloud: cloud.name)
def test_other_infrastructure_goes_with_all_that_is_in_it(cloud: Cloud) -> None:
    assert cloud.refuses_deletion(wants({}), ["default/web"]) is None


def free(name: str, *, state: str = "available", **labels: str) -> Manifest:
    host = made("BareMetalHost", name, {})
    host["metadata"]["labels"] = labels
    host["status"] = {"provisioning": {"state": state}, "errorMessage": ""}
    return host


def test_a_machine_takes_only_a_free_host_with_the_labels_that_it_wants() -> None:
    spec = {"hostSelector": {"matchLabels": {"accelerator": "T4"}}}
    other, busy = free("a", accelerator="H100"), free("b", state="provisioned", accelerator="T4")
    refused = METAL3.refuses_machine(wants({}, spec, hosts=[other, busy]))
    assert refused == Refusal(
        "AssociateBareMetalHost",
        "AssociateBareMetalHostFailed",
        "failed to associate the Metal3Machine to a BareMetalHost: no available host found."
        " Requeuing. Object will be requeued after 30s",
    )
    fit = free("c", accelerator="T4")
    assert METAL3.refuses_machine(wants({}, spec, hosts=[other, busy, fit])) is None


def test_a_host_in_error_is_not_taken() -> None:
    broken = free("a")
    broken["status"]["errorMessage"] = "timeout reached while inspecting the node"
    assert METAL3.refuses_machine(wants({}, {}, hosts=[broken])) is not None
