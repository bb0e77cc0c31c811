"""What a claim asks for is put right in another template, which the workload then names."""

from clusterwright.tools.finding import Finding, Remedy
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import found, only, thing
from tests.tools.gpu.analyzers.test_claims import by_dra, claim, device, pod, slice_
from tests.tools.gpu.analyzers.test_pod_cures import of_deployment
from tests.tools.gpu.funnel.fleet import Fleet

_API = "resource.k8s.io/v1"


def by_template(**asks: Json) -> Fleet:
    """A Deployment whose pod waits for a claim that was made of a template."""
    one = pod(resourceClaimTemplateName="one-gpu")
    made = {"name": "gpu", "resourceClaimName": "gpus"}
    one["status"]["resourceClaimStatuses"] = [made]
    wanted = claim(**asks)
    template = thing(
        "ResourceClaimTemplate",
        "one-gpu",
        _API,
        namespace="research",
        spec={"spec": wanted["spec"]},
    )
    devices = slice_(device("gpu-0"), device("gpu-1"))
    return by_dra(*of_deployment("train", one), wanted, template, devices)


def asked(finding: Finding) -> Manifest:
    """What the new template asks for; the Deployment names it."""
    [remedy] = finding.remedies
    made, named = remedy.changes
    assert remedy.tool == "k8s_plan_change"
    assert (made["kind"], made["manifest"]["kind"]) == ("apply", "ResourceClaimTemplate")
    assert made["manifest"]["metadata"] == {"name": "one-gpu-corrected", "namespace": "research"}
    field = "spec.template.spec.resourceClaims[name=gpu].resourceClaimTemplateName"
    assert named["object"] == "Deployment/research/train"
    assert named["set"] == {field: "one-gpu-corrected"}
    [request] = made["manifest"]["spec"]["spec"]["devices"]["requests"]
    return request["exactly"]


def test_a_class_that_does_not_exist_asks_for_one_that_does() -> None:
    finding = only(found(by_template(deviceClassName="gpu.nvidia.org")))
    assert finding.code == "dra/class-missing"
    assert asked(finding)["deviceClassName"] == (
        "<ask: the DeviceClass to ask for in place of gpu.nvidia.org; there is gpu.nvidia.com>"
    )


def test_a_selector_that_matches_nothing_asks_for_another() -> None:
    expression = "device.attributes['gpu.nvidia.com'].productName == 'T4'"
    finding = only(found(by_template(selectors=[{"cel": {"expression": expression}}])))
    assert finding.code == "dra/claim-unallocated"
    [selector] = asked(finding)["selectors"]
    assert selector["cel"]["expression"].startswith("<ask: a CEL expression that devices match")


def test_more_devices_than_there_are_ask_how_few_would_do() -> None:
    finding = only(found(by_template(count=4)))
    assert finding.code == "dra/claim-unallocated"
    assert asked(finding)["count"] == (
        "<ask: how many devices it can do with, of the 4 that it asks for>"
    )


def test_a_claim_that_somebody_made_by_hand_has_words_only() -> None:
    fleet = by_dra(pod(), claim(deviceClassName="gpu.nvidia.org"), slice_(device("gpu-0")))
    remedies: tuple[Remedy, ...] = only(found(fleet)).remedies
    assert remedies == ()
