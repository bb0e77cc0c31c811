"""JSON of others, kept to a depth and a size."""

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.manifest import Json
from clusterwright.tools.redaction import TOO_DEEP


def nested(levels: int) -> Json:
    return {"a": [nested(levels - 1)]} if levels else "end"


def test_what_is_ordinary_stays_as_it_is() -> None:
    value: Json = {"a": [1, 2.5, None, True, "x"], "b": {"c": {}}}
    assert bounded(value) == value


def test_what_is_nested_too_deep_says_so() -> None:
    found = bounded(nested(300))
    for _ in range(40):
        found = found["a"][0]
    assert found == TOO_DEEP


def test_keys_are_strings_and_other_types_are_told_as_text() -> None:
    odd: Json = {2: "a", True: "b", None: "c", "s": {1}}
    assert bounded(odd) == {"2": "a", "true": "b", "None": "c", "s": "{1}"}


def test_values_without_number_are_refused() -> None:
    shared: Json = ["x"]
    for _ in range(40):
        shared = [shared, shared]
    with pytest.raises(InvalidInputError, match="more values"):
        bounded(shared)
