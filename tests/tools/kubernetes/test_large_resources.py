"""Custom resources of any shape and size: every answer about them stays bounded and useful."""

import json
from collections.abc import Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import success
from clusterwright.tools.answer import Answer
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.describe import k8s_describe
from clusterwright.tools.kubernetes.get import k8s_get
from clusterwright.tools.kubernetes.list_ import k8s_list
from clusterwright.tools.manifest import Manifest

pytestmark = pytest.mark.anyio

KIND = "Colossus"
CRD = "colossi.example.com"
STATES = 300
CJK = "日本語のテキスト" * 400 + "\n"


def definition() -> Manifest:
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": free},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": CRD},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": KIND, "plural": "colossi", "singular": "colossus"},
            "versions": [version],
        },
    }


def colossus(name: str, **members: object) -> Manifest:
    return {"apiVersion": "example.com/v1", "kind": KIND, "metadata": {"name": name}, **members}


def colossi() -> list[Manifest]:
    condition = {"status": "False", "reason": "R" * 900, "message": "🜨" * 2_000}
    spec = {"text": CJK * 20, "small": 1, "list": ["x" * 50] * 900, "other": ["y" * 50] * 900}
    return [
        colossus("wide", **{f"member{i}": "x" * 100 for i in range(1_000)}),
        colossus(
            "unwell", status={"conditions": [{"type": f"T{i}", **condition} for i in range(60)]}
        ),
        colossus("long", spec=spec),
        *(colossus(f"one-{i}", status={"phase": f"Phase{i}"}) for i in range(STATES)),
    ]


@pytest.fixture(scope="module", autouse=True)
def made(sandbox: Instance, namespace: str) -> Iterator[None]:
    sandbox.kubectl("create", "-f", "-", stdin=json.dumps(definition()))
    try:
        sandbox.kubectl("wait", "--for=condition=Established", f"crd/{CRD}")
        listed = {"apiVersion": "v1", "kind": "List", "items": colossi()}
        sandbox.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(listed))
        yield
    finally:
        sandbox.kubectl("delete", "crd", CRD)


def wire(answer: Answer) -> int:
    return len(success(answer).model_dump_json(by_alias=True, exclude_none=True).encode())


async def test_an_object_of_very_many_members_is_outlined(
    clusters: Clusters, namespace: str
) -> None:
    found = await k8s_get(clusters, KIND, "wide", namespace)
    assert found.outline
    assert "paths left out" in (found.note or "")
    assert wire(found) <= 10_000
    one = await k8s_get(clusters, KIND, "wide", namespace, path="member999")
    assert one.fields == {"member999": ["x" * 100]}


async def test_fields_that_fit_are_told_beside_those_that_do_not(
    clusters: Clusters, namespace: str
) -> None:
    asked = ["spec.small", "spec.list", "spec.other", "spec.none"]
    found = await k8s_get(clusters, KIND, "long", namespace, fields=asked)
    assert found.fields == {"spec.small": [1], "spec.none": []}
    assert found.outline
    assert any(path.startswith("spec.list[") for path in found.outline)
    assert any(path.startswith("spec.other[") for path in found.outline)
    assert "spec.list holds" in (found.note or "")
    assert wire(found) <= 45_000


async def test_a_text_in_any_script_is_read_to_its_end(clusters: Clusters, namespace: str) -> None:
    read = ""
    for _ in range(40):
        found = await k8s_get(clusters, KIND, "long", namespace, path="spec.text", offset=len(read))
        assert wire(found) <= 45_000
        assert found.fields is not None
        read += "".join(found.fields["spec.text"])
        if "more" not in (found.note or ""):
            break
    assert read == CJK * 20


async def test_conditions_without_number_leave_room_for_the_rest(
    clusters: Clusters, namespace: str
) -> None:
    found = await k8s_describe(clusters, KIND, "unwell", namespace)
    assert 0 < len(found.conditions) < 60
    assert any("conditions left out" in note for note in found.notes)
    assert wire(found) <= 15_000


async def test_states_without_number_are_counted(clusters: Clusters, namespace: str) -> None:
    found = await k8s_list(clusters, KIND, namespace)
    assert sum(found.states.values()) <= found.total == STATES + 3
    assert any("other states" in state for state in found.states)
    assert wire(found) <= 10_000
