"""Seals: of one key, for one purpose, over one value, however it was spelled."""

import hashlib
import hmac

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.manifest import Json
from clusterwright.tools.trust.seal import seal, sealed_by

KEY = b"k" * 32
VALUE: Json = {"plan": "p-1", "steps": [1, 2]}


def json_values() -> st.SearchStrategy[Json]:
    leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
    return st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=15
    )


def test_a_seal_is_a_hmac_over_the_purpose_and_the_one_spelling_of_a_value() -> None:
    covered = b'purpose\0{"a":1,"b":[true,null]}'
    expected = hmac.new(KEY, covered, hashlib.sha256).hexdigest()
    assert seal(KEY, "purpose", {"b": [True, None], "a": 1}) == expected


@given(json_values())
def test_a_value_that_was_written_and_read_again_keeps_its_seal(value: Json) -> None:
    again = orjson.loads(orjson.dumps(value, option=orjson.OPT_INDENT_2))
    assert sealed_by(KEY, "purpose", again, seal(KEY, "purpose", value))


@pytest.mark.parametrize(
    ("key", "purpose", "value"),
    [
        (b"x" * 32, "purpose", VALUE),
        (KEY, "another purpose", VALUE),
        (KEY, "purpose", {"plan": "p-2", "steps": [1, 2]}),
        (KEY, "purpose", {"plan": "p-1", "steps": [2, 1]}),
        (KEY, "purpose", {"plan": "p-1", "steps": ["1", "2"]}),
    ],
)
def test_a_seal_fits_no_other_key_purpose_or_value(key: bytes, purpose: str, value: Json) -> None:
    assert not sealed_by(key, purpose, value, seal(KEY, "purpose", VALUE))


@pytest.mark.parametrize("mac", ["", "é", "\0", "0" * 64, "None"])
def test_what_is_no_seal_at_all_is_just_not_one(mac: str) -> None:
    assert not sealed_by(KEY, "purpose", VALUE, mac)
