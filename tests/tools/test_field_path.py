"""Paths to fields as people write them, and those that cannot be one."""

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import Path, parse


@pytest.mark.parametrize(
    ("spelled", "path"),
    [
        ("spec.replicas", ("spec", "replicas")),
        ("spec.containers[0].image", ("spec", "containers", 0, "image")),
        ("spec.containers[name=app]", ("spec", "containers", ("name", "app"))),
        ("metadata.labels['a.b/c']", ("metadata", "labels", "a.b/c")),
        ("/spec/containers/0/image", ("spec", "containers", 0, "image")),
        ("/metadata/labels/a.b~1c", ("metadata", "labels", "a.b/c")),
        ("a[999999999]", ("a", 999_999_999)),
    ],
)
def test_a_path_is_read_in_both_spellings(spelled: str, path: Path) -> None:
    assert parse(spelled) == path


@pytest.mark.parametrize("digits", ["1" * 10, "9" * 5_000])
@pytest.mark.parametrize("spelled", ["a[{}]", "/{}", "/a/{}/b"])
def test_a_place_that_no_list_has_is_no_place(spelled: str, digits: str) -> None:
    with pytest.raises(InvalidInputError, match="is no place in a list") as raised:
        parse(spelled.format(digits))
    assert len(str(raised.value)) < 200
    assert "spec.replicas" in raised.value.hint


@pytest.mark.parametrize("spelled", ["a" + ".a" * 40, "/a" * 41, "a" + "[0]" * 40])
def test_a_path_of_more_fields_than_any_object_has_is_no_path(spelled: str) -> None:
    with pytest.raises(InvalidInputError, match="is no path to a field"):
        parse(spelled)
