"""Requests that a person thinks of, as pods."""

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.gpu.fit.explain import described
from clusterwright.tools.gpu.fit.request import Request, check_kind, pod_of
from clusterwright.tools.kubernetes.analyzers.node_match import selects
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.gpu.fit.cluster import H100, custom, node

A100 = "NVIDIA-A100-SXM4-80GB"


def test_a_request_becomes_a_pod_with_prefixes_and_tolerations() -> None:
    asked = Request({"gpu": 2, "cpu": "8", "amd.com/gpu": "1"}, tolerations=("a=b:NoSchedule", "c"))
    found = asked.pod()["spec"]
    assert found["containers"][0]["resources"] == {
        "requests": {"nvidia.com/gpu": "2", "cpu": "8", "amd.com/gpu": "1"}
    }
    assert found["tolerations"][:2] == [
        {"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"},
        {"key": "c", "operator": "Exists"},
    ]


def test_a_product_is_taken_as_nodes_spell_it() -> None:
    asked = Request({"gpu": 1}, product="nvidia h100 80gb hbm3")
    assert asked.pod([node("a", gpu=1)])["spec"]["nodeSelector"] == {"nvidia.com/gpu.product": H100}
    amd = Request({"gpu": 1}, product="AMD-Instinct-MI300X").pod()["spec"]
    assert list(amd["nodeSelector"]) == ["amd.com/gpu.product-name"]
    assert amd["containers"][0]["resources"] == {"requests": {"amd.com/gpu": "1"}}


def _nodes(*products: str) -> list[Manifest]:
    return [node(f"n{i}", gpu=1, product=one) for i, one in enumerate(products)]


@pytest.mark.parametrize(
    ("asked", "there", "meant"),
    [
        ("H100", [H100, "Tesla-T4"], [H100]),
        ("h100", [H100, "NVIDIA-H100-PCIe", "NVIDIA-GH200-480GB"], [H100, "NVIDIA-H100-PCIe"]),
        ("A10", ["NVIDIA-A100-SXM4-80GB", "NVIDIA-A10G", "NVIDIA-A10"], ["NVIDIA-A10"]),
        ("a100 80gb", [A100, f"{A100}-MIG-1g.10gb", f"{A100}-SHARED"], [A100]),
        ("A100", [f"{A100}-SHARED", "Tesla-T4"], [f"{A100}-SHARED"]),
        ("B200", ["NVIDIA-GB200"], ["B200"]),
        ("MI300", ["AMD-Instinct-MI300X-OAM", "Tesla-T4"], ["AMD-Instinct-MI300X-OAM"]),
        ("amd mi300", ["AMD_Instinct_MI300X_OAM", "MI3000"], ["AMD_Instinct_MI300X_OAM"]),
        ("A10", ["NVIDIA-A100-SXM4-80GB", "NVIDIA-A10G"], ["A10"]),
        ("L40", ["NVIDIA-L40S"], ["L40"]),
        ("MI30", ["AMD-Instinct-MI300X-OAM"], ["MI30"]),
    ],
)
def test_a_word_of_a_name_is_every_product_that_has_it(
    asked: str, there: list[str], meant: list[str]
) -> None:
    pod = Request({"gpu": 1}, product=asked).pod(_nodes(*there))
    assert [name for name in [*there, asked] if selects(pod, node("one", product=name))] == meant


def test_products_of_several_names_are_told_by_their_names() -> None:
    asked = Request({"gpu": 1}, product="H100")
    assert described(asked.pod(_nodes(H100, "NVIDIA-H100-PCIe"))) == (
        f"a pod (1 nvidia.com/gpu on nvidia.com/gpu.product in {H100}, NVIDIA-H100-PCIe)"
    )


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (Request({"a b": 1}), "'a b' is not a resource"),
        (Request({"gpu": "1500m"}), "'1500m' is no amount"),
        (Request({"gpu": 0}), "'0' is no amount"),
        (Request({"cpu": "lots"}), "'lots' is no amount"),
        (Request({"gpu": "1e30"}), "gpu: '1e30' is more than any node has"),
        (Request({"gpu": 10**400}), "is no amount"),
        (Request({"mig-1g.10gb": "9" * 30}), "is more than any node has"),
        (Request({"cpu": "2M"}), "cpu: '2M' is more than any node has"),
        (Request({"memory": "2Pi"}), "memory: '2Pi' is more than any node has"),
        (Request({"gpu": "1e99"}), "is more than any node has"),
        (Request({"gpu": 1}, product="a/b"), "'a/b' is not a product"),
        (Request({"gpu": 1}, tolerations=("a b",)), "'a b' is not a taint"),
        (Request({"gpu": 1}, namespace="A"), "'A' is not a namespace"),
        (Request({f"r{i}": 1 for i in range(21)}), "that many requests"),
    ],
)
def test_what_no_pod_can_ask_for_is_refused(request_: Request, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        request_.pod()


def test_a_workload_is_judged_by_the_pod_that_it_makes() -> None:
    template: dict[str, object] = {"metadata": {"labels": {"app": "t"}}, "spec": {"containers": []}}
    queue = {"labels": {"kueue.x-k8s.io/queue-name": "team", "other": "x"}}
    job = custom("batch/v1", "Job", "t", metadata=queue, spec={"template": template})
    found = pod_of(job, Ref.parse("Job/ml/t"))
    assert found["metadata"]["labels"] == {"app": "t", "kueue.x-k8s.io/queue-name": "team"}
    assert found["metadata"]["ownerReferences"][0]["name"] == "t"
    with pytest.raises(InvalidInputError, match="no pod template"):
        pod_of(custom("v1", "Service", "s"), Ref.parse("Service/ml/s"))


def test_a_cronjob_is_judged_by_the_pods_of_its_jobs() -> None:
    template: dict[str, object] = {"metadata": {"labels": {"app": "t"}}, "spec": {"containers": []}}
    made: dict[str, object] = {
        "metadata": {"labels": {"kueue.x-k8s.io/queue-name": "team"}},
        "spec": {"template": template},
    }
    cron = custom("batch/v1", "CronJob", "t", spec={"jobTemplate": made})
    found = pod_of(cron, Ref.parse("CronJob/ml/t"))
    assert found["metadata"]["labels"] == {"app": "t", "kueue.x-k8s.io/queue-name": "team"}


@pytest.mark.parametrize(
    "kind", ["Secret", "ConfigMap", "Service", "PersistentVolumeClaim", "Role", "Ingress"]
)
def test_a_kind_that_makes_no_pods_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{kind} has no pod template") as caught:
        check_kind(Ref.parse(f"{kind}/ml/x"))
    assert "Deployment" in caught.value.hint


@pytest.mark.parametrize("kind", ["Pod", "Deployment.apps", "CronJob", "Rollout.argoproj.io"])
def test_a_kind_that_makes_pods_is_not(kind: str) -> None:
    check_kind(Ref.parse(f"{kind}/ml/x"))


def test_as_much_as_large_machines_have_may_be_asked() -> None:
    asked = {"gpu": 16, "cpu": "896", "memory": "32Ti", "ephemeral-storage": "200Ti"}
    assert Request({**asked}).pod()
