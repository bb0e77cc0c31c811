"""What a change may hold: nothing that would be kept, written or shown as something else."""

import math

import pytest

from clusterwright.tools.cluster_api import VOCABULARY
from clusterwright.tools.cluster_api.changes.asked import Asked as AskedOfClusters
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.changes.asked import Asked
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.vocabulary import KUBERNETES
from clusterwright.tools.manifest import Json


def nested(levels: int) -> Json:
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "a number that Kubernetes cannot hold"),
        (-math.inf, "a number that Kubernetes cannot hold"),
        (2**63, "a number that Kubernetes cannot hold"),
        (10**5000, "a number that Kubernetes cannot hold"),
        (nested(90), "nested over 60 levels deep"),
        ("half \ud83d", "half of a character"),
    ],
    ids=("nan", "infinity", "65 bits", "5,000 digits", "deep", "surrogate"),
)
def test_what_no_object_can_hold_is_refused_and_takes_no_field_away(value: Json, said: str) -> None:
    asked = AskedOfClusters(kind="set_variable", name="default/train", variables={"a": [value]})
    with pytest.raises(InvalidInputError, match=said):
        parse_change(asked.told(), VOCABULARY)
    patch = Asked(kind="patch", object="Deployment/shop/cart", set={"spec.replicas": value})
    with pytest.raises(InvalidInputError, match=said):
        parse_change(patch.told(), KUBERNETES)


@pytest.mark.parametrize("value", [0, -1, 2**63 - 1, -(2**63), 1.5, True, None, nested(40)])
def test_other_values_are_taken(value: Json) -> None:
    asked = AskedOfClusters(kind="set_variable", name="default/train", variables={"a": value})
    parse_change(asked.told(), VOCABULARY)


def test_a_wrong_field_is_told_without_how_it_is_read() -> None:
    asked = Asked(kind="restart", object="Deployment/shop/c a")
    with pytest.raises(InvalidInputError, match="object: 'c a' is not an object name") as caught:
        parse_change(asked.told(), KUBERNETES)
    for inner in ("is-instance", "function-after", "Value error"):
        assert inner not in str(caught.value)
