"""How matchers of silences are spelled."""

import pytest

from clusterwright.tools.prometheus.alertmanager_state import Matcher


@pytest.mark.parametrize(
    ("matcher", "spelled"),
    [
        (Matcher("a", "b"), 'a="b"'),
        (Matcher("a", "b|c", is_regex=True, is_equal=False), 'a!~"b|c"'),
        (Matcher("a", 'say "x"'), r'a="say \"x\""'),
        (Matcher("a", "back\\slash"), r'a="back\\slash"'),
        (Matcher("a", 'b"\nseverity="critical'), r'a="b\"\nseverity=\"critical"'),
        (Matcher("a", "\\n"), r'a="\\n"'),
    ],
)
def test_a_matcher_is_spelled_on_one_line_as_alertmanager_reads_it(
    matcher: Matcher, spelled: str
) -> None:
    assert str(matcher) == spelled
