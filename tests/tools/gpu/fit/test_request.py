"""Requests that a person thinks of, as pods."""

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.gpu.fit.request import Request, pod_of
from clusterwright.tools.ref import Ref
from tests.tools.gpu.fit.cluster import H100, custom, node


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


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (Request({"a b": 1}), "'a b' is not a resource"),
        (Request({"gpu": "1500m"}), "'1500m' is no amount"),
        (Request({"gpu": 0}), "'0' is no amount"),
        (Request({"cpu": "lots"}), "'lots' is no amount"),
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
