"""The simulated clouds under real Cluster API managers: what works, what is refused, as told."""

import json
from collections.abc import Sequence

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest, labels_of, mapping, strings, text
from tests.deploy.sandbox.capi.asked import (
    Pool,
    apply,
    asked,
    available,
    cluster_of,
    gone,
    listed,
    message,
    pool_of,
    told,
    wait_for,
    words_of_events,
    workload,
)
from tests.deploy.sandbox.capi.expected import (
    AWS,
    AZURE,
    GCP,
    K0S,
    K0S_STANDALONE,
    METAL3,
    OPENSTACK,
    REMOTE,
    SANDBOX,
    VSPHERE,
    Expected,
    Refused,
)
from tests.deploy.sandbox.capi.refused_clusters import OBJECTS, REFUSED
from tests.e2e.drawn import in_turn

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param((SANDBOX, AWS, AZURE, GCP, REMOTE), marks=in_turn(0, 2), id="one"),
        pytest.param(
            (OPENSTACK, METAL3, VSPHERE, K0S, K0S_STANDALONE), marks=in_turn(1, 2), id="two"
        ),
    ],
)
def test_a_class_gives_what_is_asked_for_and_tells_what_it_refuses(
    management: Instance, batch: Sequence[Expected]
) -> None:
    names = [one.name for one in batch]
    apply(management, *(thing for one in batch for thing in one.objects))
    apply(management, *(asked(one.name, one.name, [one.good], one.variables) for one in batch))
    wait_for("not available", lambda: available(management, *names))
    for one in batch:
        assert gpus(management, one.name) == [one.gpus] * one.good.replicas
    for one in batch:
        pools = [one.good, *(refused.pool for refused in one.refused)]
        apply(management, asked(one.name, one.name, pools, one.variables))
    for one in batch:
        wait_for(f"{one.name}: not told", lambda one=one: not_told(management, one))
    management.kubectl("delete", "clusters", *names, "--wait=false")
    wait_for("not deleted", lambda: gone(management, *names))
    assert not list((management.directory / "workload-clusters").iterdir())


def gpus(instance: Instance, cluster: str) -> list[dict[str, str]]:
    """Return what the nodes of a workload cluster have, by label; capacity has to say the same."""
    nodes = listed(instance, "nodes", *workload(instance, cluster))
    found: list[dict[str, str]] = []
    for node in nodes:
        labels = labels_of(node)
        count = strings(node, "status", "allocatable").get("nvidia.com/gpu")
        assert count == labels["nvidia.com/gpu.count"]
        assert text(node, "spec", "providerID")
        found.append({"count": count or "", "product": labels["nvidia.com/gpu.product"]})
    return found


def not_told(instance: Instance, expected: Expected) -> str:
    """Return which refused pools do not show what they should."""
    machines = [
        one for one in listed(instance, expected.machine) if cluster_of(one) == expected.name
    ]
    events = words_of_events(instance)
    wrong: list[str] = []
    for refused in expected.refused:
        found = [one for one in machines if pool_of(one) == refused.pool.name]
        if not found or not all(shows(one, refused, events) for one in found):
            wrong.append(f"{refused.pool.name}: {[mapping(one, 'status') for one in found]}")
    return "; ".join(wrong)


def shows(one: Manifest, refused: Refused, events: str) -> bool:
    if not refused.condition:
        prefix = f"/{one['metadata']['name']} "
        return any(prefix in line and refused.words in line for line in events.splitlines())
    kind, _, value = refused.condition.partition("=")
    return told(one).get(kind) == value and refused.words in message(one, kind)


def test_a_cluster_that_its_cloud_refuses_says_so_and_starts_no_control_plane(
    management: Instance,
) -> None:
    apply(management, *OBJECTS, *(one.cluster for one in REFUSED))

    def look() -> str:
        found = {cluster_of(one): one for kind in KINDS for one in listed(management, kind)}
        events = words_of_events(management)
        return "; ".join(
            f"{one.name}: {mapping(found.get(one.name), 'status')}"
            for one in REFUSED
            if one.name not in found or not one.shown(found[one.name], events)
        )

    wait_for("not told", look)
    names = [one.name for one in REFUSED]
    planes = [one for one in listed(management, "sandboxcontrolplanes") if told(one)]
    assert not {cluster_of(one) for one in planes} & set(names)
    management.kubectl("delete", "clusters", *names, "--wait=false")
    wait_for("not deleted", lambda: gone(management, *names))


KINDS = ("awsclusters", "azureclusters", "gcpclusters", "openstackclusters", "vsphereclusters")


def test_a_control_plane_that_cannot_run_says_so_as_its_original_does(
    management: Instance,
) -> None:
    versions = {"sandbox-gpu": "v1.40.0", "k0s-gpu": "v1.40.0+k0s.0"}
    versions["k0s-standalone-gpu"] = versions["k0s-gpu"]
    variables = {"accelerator": "Tesla-T4"}
    apply(
        management,
        *(asked(name, name, variables=variables, version=of) for name, of in versions.items()),
    )
    kinds = "sandboxcontrolplanes,k0smotroncontrolplanes,k0scontrolplanes"

    def look() -> str:
        planes = {cluster_of(one): one for one in listed(management, kinds)}
        own, hosted, standalone = (planes.get(name, {}) for name in versions)
        said = message(own, "Available")
        rightly = (
            told(own).get("Available") == "False/NotAvailable"
            and "emulation version 1.40 is not between" in said
            and told(hosted).get("Available") == "False/ClusterClientCreationFailed"
            and "ScalingUp" in told(standalone)
            and "Available" not in told(standalone)
        )
        return "" if rightly else f"{told(own)} {said} {told(hosted)} {told(standalone)}"

    wait_for("not told", look)
    management.kubectl("delete", "clusters", *versions, "--wait=false")
    wait_for("not deleted", lambda: gone(management, *versions))


def test_a_host_in_error_tells_its_kind_of_error(management: Instance) -> None:
    apply(
        management,
        host("no-secret", credentialsName="gone"),
        host("half-secret", credentialsName="half"),
        host("rejected", credentialsName="rejected"),
        host("unreachable", address="redfish://198.51.100.1/redfish/v1/Systems/1"),
        host("silent", mac="00:00:00:00:00:01"),
        secret("half", {"username": "someone"}),
        secret("rejected", {"username": "someone", "password": "revoked"}),
    )
    expected = {
        "no-secret": ("registration error", "The BMC secret default/gone does not exist"),
        "half-secret": ("registration error", "Missing BMC connection details 'password'"),
        "rejected": ("registration error", "returned code 401"),
        "unreachable": ("registration error", "Unable to connect to https://198.51.100.1"),
        "silent": ("inspection error", "timeout reached while inspecting the node"),
    }

    def look() -> str:
        found = {one["metadata"]["name"]: one for one in listed(management, "baremetalhosts")}
        return " ".join(
            f"{name}: {mapping(found.get(name), 'status')}"
            for name, (kind, words) in expected.items()
            if text(found.get(name), "status", "errorType") != kind
            or words not in text(found.get(name), "status", "errorMessage")
        )

    wait_for("not told", look, 30)
    apply(management, secret("rejected", {"username": "someone", "password": "right"}))
    wait_for("not registered", lambda: not_available(management, "rejected"), 30)
    management.kubectl("delete", "baremetalhosts", *expected)


def not_available(instance: Instance, name: str) -> str:
    host = json.loads(instance.kubectl("get", "baremetalhosts", name, "-o", "json"))
    state = text(host, "status", "provisioning", "state")
    return (
        "" if state == "available" and not text(host, "status", "errorMessage") else state or "none"
    )


def host(name: str, *, mac: str = "52:54:00:00:01:00", **bmc: str) -> Manifest:
    address = "redfish://192.0.2.99/redfish/v1/Systems/1"
    return {
        "apiVersion": "metal3.io/v1alpha1",
        "kind": "BareMetalHost",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "bootMACAddress": mac,
            "bmc": {"address": address, "credentialsName": "simulated-bmc", **bmc},
        },
    }


def secret(name: str, data: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "default"},
        "stringData": data,
    }


def test_no_machine_takes_a_host_whose_image_does_not_get_onto_it(management: Instance) -> None:
    """The host tells it; its machine, as upstream, tells that it has a host and nothing else."""
    variables = {"accelerator": "NVIDIA-H100-80GB-HBM3", "image": "gone.qcow2"}
    apply(management, asked("bare", "metal3-gpu", [Pool("gpu", 1)], variables))

    def look() -> str:
        errors = {
            text(one, "status", "errorType"): text(one, "status", "errorMessage")
            for one in listed(management, "baremetalhosts")
        }
        said = errors.get("provisioning error", "")
        return "" if "images.sandbox.example/gone.qcow2" in said else str(errors)

    wait_for("no provisioning error", look)
    machine = next(one for one in listed(management, "metal3machines") if cluster_of(one) == "bare")
    assert told(machine)["AssociateBareMetalHost"] == "True/AssociateBareMetalHostSuccess"
    assert not mapping(machine, "status", "initialization")
    management.kubectl("delete", "cluster", "bare", "--wait=false")
    wait_for("not deleted", lambda: gone(management, "bare"))
    consumers = [
        text(one, "spec", "consumerRef", "name") for one in listed(management, "baremetalhosts")
    ]
    assert not [one for one in consumers if one.startswith("bare-")]
