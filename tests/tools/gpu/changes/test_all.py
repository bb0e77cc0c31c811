"""The kinds of change: each has a file, a place in the tuple, and one in what may be asked for."""

import re
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from clusterwright.tools.gpu.changes.all import CHANGES
from clusterwright.tools.gpu.changes.asked import TAKES, Asked, Changes, Kind
from clusterwright.tools.gpu.desk import VOCABULARY
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.request import parse_change


def test_what_may_be_asked_for_is_what_there_is() -> None:
    assert get_args(Kind) == (*(one.kind for one in CHANGES), "undo", "finish")


def test_every_field_of_a_kind_can_be_asked_for() -> None:
    fields = {field for one in CHANGES for field in one.model_fields}
    assert fields <= set(Asked.model_fields)


@pytest.mark.parametrize("one", CHANGES, ids=lambda one: one.kind)
def test_a_kind_refuses_what_it_does_not_know(one: type[Change]) -> None:
    with pytest.raises(ValidationError):
        one.model_validate({"node": "gpu-1", "force": True})


def test_what_is_left_out_is_not_told() -> None:
    asked = Asked.model_validate({"kind": "set_mig", "node": "gpu-1", "config": "x", "evict": None})
    assert asked.told() == {"kind": "set_mig", "node": "gpu-1", "config": "x"}
    assert parse_change(asked.told(), VOCABULARY).targets


def test_a_policy_names_the_kinds_by_the_domain() -> None:
    assert VOCABULARY.spelled("set_mig") == "gpu/set_mig"


def test_the_form_in_a_tools_schema_has_every_field_and_what_takes_it_is_told() -> None:
    items = TypeAdapter(Changes).json_schema()["items"]
    assert list(items["properties"]) == list(Asked.model_fields)
    assert set(items["properties"]["kind"]["enum"]) == set(get_args(Kind))
    explained = set(Asked.model_fields) - {"kind", "node", "delete_local_data"}
    assert explained <= set(re.findall(r"\w+", TAKES))


def test_a_word_without_end_is_refused() -> None:
    with pytest.raises(ValidationError):
        Asked.model_validate({"kind": "label_node", "node": "gpu-1", "label": "x" * 318})
