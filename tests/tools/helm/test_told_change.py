"""Two values in few words, of which the difference is still seen."""

import pytest

from clusterwright.tools.field_path import MISSING
from clusterwright.tools.helm.told_change import told_change
from clusterwright.tools.manifest import Json
from tests.effort import grows_linearly


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a", "b", ("a", "b")),
        (MISSING, 3, (None, "3")),
        (True, None, ("true", "null")),
        ({"a": 1}, [1], ('{"a": 1}', "[1]")),
        (["x" * 99] * 9, MISSING, ("[9 items, 919 bytes]", None)),
        ({"key": "x" * 300}, MISSING, ("{key; 310 bytes}", None)),
        ("x" * 300, MISSING, ("x" * 199 + "…", None)),
    ],
)
def test_a_value_is_told_as_json_or_by_its_size(
    before: Json, after: Json, told: tuple[str | None, str | None]
) -> None:
    assert told_change(before, after) == told


def test_of_long_texts_the_lines_that_differ_are_told() -> None:
    lines = [f"line {number}" for number in range(500)]
    changed = [*lines[:250], "other", *lines[252:]]
    assert told_change("\n".join(lines), "\n".join(changed)) == (
        "line 251: line 250\nline 251", "line 251: other"
    )  # fmt: skip
    before, after = told_change("\n".join(lines), "\n".join(reversed(lines)))
    assert before
    assert before.endswith("… 494 lines more")
    assert after
    assert after.startswith("line 1: line 499\n")


def test_of_a_long_line_the_part_that_differs_is_told() -> None:
    before, after = told_change("a" * 500 + "1" + "b" * 500, "a" * 500 + "2" + "b" * 500)
    assert before == f"…{'a' * 30}1{'b' * 30}…"
    assert after == f"…{'a' * 30}2{'b' * 30}…"


def test_a_text_that_only_grows_is_told_by_what_it_gained() -> None:
    assert told_change("a" * 300, "a" * 300 + "end") == (f"…{'a' * 30}", f"…{'a' * 30}end")


def test_the_work_is_linear() -> None:
    assert grows_linearly(lambda n: told_change("x\n" * n, "y" + "x\n" * n), 50_000)
