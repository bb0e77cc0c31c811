"""An object that is to change and is not there."""

from datetime import UTC, datetime

import pytest

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.changes.kind import existing
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def pod(name: str, namespace: str) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def hint(*there: Manifest, name: str) -> str:
    scene = Scene("test", NOW, {}, Snapshot("test", NOW, {"Pod": there}))
    with pytest.raises(NotFoundError, match=f"there is no Pod/shop/{name} on test") as caught:
        existing(scene, Ref("Pod", name, "shop"))
    return caught.value.hint


def test_a_misspelled_object_is_told_with_those_of_its_namespace_that_are_named_nearly_so() -> None:
    assert hint(pod("cart-1", "shop"), pod("cart-l", "web"), name="cart-l") == (
        "did you mean cart-1?"
    )


def test_one_that_nothing_resembles_names_no_tool_that_a_server_may_not_have() -> None:
    assert hint(pod("cart-1", "shop"), name="other") == "list those of kind Pod"
