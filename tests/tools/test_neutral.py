"""Text from a cluster is harmless to read, and its marks cannot be forged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.neutral import LONGEST_LINE, MARK, neutral, neutral_json, quote
from tests.effort import grows_linearly


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("pay\u202elad", "paylad"),
        ("in\u200bvis\U000e0041ible", "invisible"),
        ("tab\tstays", "tab\tstays"),
        ("naïve 日本語", "naïve 日本語"),
    ],
)
def test_what_cannot_be_seen_is_removed(text: str, shown: str) -> None:
    assert neutral(text) == shown


def test_a_line_is_cut_and_says_by_how_much() -> None:
    long = neutral("x" * (LONGEST_LINE + 5) + "\nshort")
    assert long == "x" * LONGEST_LINE + "… [5 characters more]\nshort"


def test_every_quoted_line_is_marked() -> None:
    assert quote("one\r\ntwo\u2028three").split("\n") == ["| one", "| two", "| three"]


def test_keys_are_made_harmless_too() -> None:
    assert neutral_json({"a\x1b[31m": ["b\u202e", 1, None]}) == {"a": ["b", 1, None]}


@given(text=st.text(max_size=300))
def test_any_text_is_printable_and_stays_as_it_is(text: str) -> None:
    once = neutral(text)
    assert neutral(once) == once
    assert not [c for c in once if ord(c) < 32 and c not in "\n\t"]
    assert all(line.startswith(MARK) for line in quote(text).split("\n"))


@pytest.mark.parametrize("part", ["\x1b[", "\x1b]", "\x1b[0;", "\u200b", "\r", "x"])
def test_no_text_makes_it_slow(part: str) -> None:
    assert grows_linearly(lambda size: neutral(part * (size // len(part))), 100_000)
