"""Text of others stays text, whatever is in it."""

import re

import promql_parser as promql
import pytest

from clusterwright.tools.prometheus.promql.literals import escaped, string

ODD = [
    *('a"} or up{b="', "back\\slash", "two\nlines\r\n\tand more", "\x00\x1b[31m\x7f", "ünï ✓", ""),
    *("$1${2}", "a.b-c", "^(a|b)*[c]{2}?$", "\\n", "\\", "# no comment"),
]


@pytest.mark.parametrize("text", ODD)
def test_quoted_text_is_read_as_it_was(text: str) -> None:
    tree = promql.parse(f"up{{a={string(text)}}}")
    assert isinstance(tree, promql.VectorSelector)
    (matcher,) = tree.matchers.matchers
    assert (matcher.name, matcher.value) == ("a", text)


@pytest.mark.parametrize("text", ODD)
def test_an_escaped_name_matches_itself_alone(text: str) -> None:
    assert re.fullmatch(escaped(text), text)
    assert not re.fullmatch(escaped("a.b"), "axb")
    assert re.fullmatch("|".join(map(escaped, ODD)), text)


def test_plain_names_stay_short_in_a_pattern() -> None:
    assert escaped("job:http_requests-total") == "job:http_requests-total"
