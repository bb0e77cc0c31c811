"""k8s_get on a real API server: whole, in parts, outlined, and long texts piece by piece."""

import json
import random

import pytest

from clusterwright.servers.bound import success
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.get import Object, k8s_get
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.conftest import Apply

pytestmark = pytest.mark.anyio

LONG = "".join(random.Random(1).choices("abcdefghij klm\n", k=60_000))
FLAT = json.dumps({str(i): "value " * 3 for i in range(1_500)})


@pytest.fixture(scope="module", autouse=True)
def objects(apply: Apply) -> None:
    def config(name: str, data: dict[str, str]) -> Manifest:
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "annotations": {"example.com/a.b": "dotted"}},
            "data": data,
        }

    apply(
        config("small", {"colour": "blue"}),
        config("large", {"long": LONG, "flat": FLAT, "small": "1"}),
        config("odd", {"note": "\x1b[31mred\u202e", "password": "opensesame"}),
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "keys"},
            "stringData": {"token": "t0psecret"},
        },
    )


def wire(answer: Object) -> int:
    return len(success(answer).model_dump_json().encode())


async def test_a_small_object_is_whole(clusters: Clusters, namespace: str) -> None:
    found = await k8s_get(clusters, "cm", "small", namespace)
    assert found.object is not None
    assert found.object["data"] == {"colour": "blue"}
    assert "managedFields" not in found.object["metadata"]


async def test_a_large_object_is_outlined_and_its_parts_are_asked_for(
    clusters: Clusters, namespace: str
) -> None:
    found = await k8s_get(clusters, "ConfigMap", "large", namespace)
    assert found.outline is not None
    assert found.outline["$.data.small"] == '"1"'
    assert found.outline["$.data.long"].startswith("[text, ")
    assert wire(found) < 10_000
    parts = await k8s_get(
        clusters,
        "ConfigMap",
        "large",
        namespace,
        fields=["data.small", "metadata.annotations['example.com/a.b']", "spec.none"],
    )
    assert parts.fields == {
        "data.small": ["1"],
        "metadata.annotations['example.com/a.b']": ["dotted"],
        "spec.none": [],
    }


@pytest.mark.parametrize(("key", "text"), [("long", LONG), ("flat", FLAT)])
async def test_a_long_text_is_read_piece_by_piece_to_its_end(
    clusters: Clusters, namespace: str, key: str, text: str
) -> None:
    read, path = "", f"data.{key}"
    for _ in range(20):
        found = await k8s_get(clusters, "cm", "large", namespace, path=path, offset=len(read))
        assert wire(found) < 40_000
        assert found.fields is not None
        read += "".join(found.fields[path])
        if "more" not in (found.note or ""):
            break
    assert read == text


async def test_what_must_not_be_seen_is_not(clusters: Clusters, namespace: str) -> None:
    odd = await k8s_get(clusters, "cm", "odd", namespace)
    said = odd.model_dump_json() + odd.render()
    assert "red" in said
    assert not [one for one in ("\\u001b", "\x1b", "\u202e", "opensesame") if one in said]
    keys = await k8s_get(clusters, "Secret", "keys", namespace, path="data.token")
    assert keys.fields == {"data.token": ["[redacted]"]}


async def test_wrong_questions_teach(clusters: Clusters, namespace: str) -> None:
    with pytest.raises(NotFoundError, match="none-such"):
        await k8s_get(clusters, "cm", "none-such", namespace)
    with pytest.raises(InvalidInputError, match="JSONPath"):
        await k8s_get(clusters, "cm", "small", namespace, fields=["data["])
    with pytest.raises(InvalidInputError, match="needs a namespace"):
        await k8s_get(clusters, "cm", "small")
