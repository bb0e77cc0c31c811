"""The guide to lint says what the rules say, and its examples are what it says of them."""

from pathlib import Path

import pytest

from clusterwright.tools.prometheus.promql.lint.all import RULES, lint
from clusterwright.tools.prometheus.promql.lint_guide import EXAMPLES, page
from clusterwright.tools.prometheus.promql.reading import read

GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "promql-lint.md"
CODES = [one.code for one in RULES]


def test_each_rule_has_an_example() -> None:
    assert list(EXAMPLES) == CODES


@pytest.mark.parametrize("code", CODES)
def test_an_example_is_doubted_by_its_rule_and_what_is_right_is_not(code: str) -> None:
    example = EXAMPLES[code]
    assert code in [one.code for one in lint(read(example.doubtful), example.facts)]
    assert not lint(read(example.right), example.facts)
    assert read(example.right).trusted


def test_the_guide_is_what_the_rules_say() -> None:
    assert GUIDE.read_text(encoding="utf-8") == page()
