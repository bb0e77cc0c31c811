"""What a search for a pattern takes at most, and which patterns are not counted at all."""

import re

import pytest

from clusterwright.tools.cluster_api.pattern_cost import pattern_cost

LITTLE = 5_000_000


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("^[a-z]+$", "a" * 200),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a" * 63),
        (r"^v\d+\.\d+\.\d+$", "v1.35.2-with-more"),
        (r"^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$", "v1.35.2-rc.1+k0s.0"),
        ("^(a|b|c)$", "b"),
        ("^(?:ab)*$", "ab" * 20),
        (r"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$", "10.244.255.255/16"),
        (r"^\d+\.\d+\.\d+\.\d+/\d+$", "10.244.255.255/16"),
        (r"^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}$", "255.255.255.255"),
        ("^ami-[0-9a-f]{8,17}$", "ami-0123456789abcdef0"),
        ("^https?://.+$", "https://" + "a" * 190),
        ("eu-.*-1", "eu-central-1"),
        ("", "a"),
    ],
)
def test_usual_patterns_take_little(pattern: str, value: str) -> None:
    found = pattern_cost(pattern, len(value))
    assert found is not None
    assert found <= LITTLE


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|aa){1,}$",
        "^(a|a)*$",
        "^(a?){28}a{28}$",
        "^((a?){5}){6}a{30}$",
        "^" + "a?" * 28 + "a{28}$",
        "^(a{0,28}){28}$",
        "^((a{1,900}){900}){900}$",
        "^a*a*a*a*a*a*a*$",
        "^(a*b?){3}c*d*e*f*$",
        "^(((){900}){900}){900}$",
    ],
)
def test_what_explodes_is_much_or_not_counted(pattern: str) -> None:
    found = pattern_cost(pattern, 60)
    assert found is None or found > LITTLE


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\p{L}+\z",
        r"(a)\1",
        "(?i)^a$",
        "(?P<a>b)",
        "^(?=a)a",
        "(?<!a)b",
        "a++",
        "a{2}{3}",
        "a{,3}",
        "a{1001}",
        "^*",
        "[[:alpha:]]",
        "[a--b]",
        "[z-a]",
        "a{3,2}",
        "(",
        ")",
        "*a",
        "\\",
        "[a",
        "a" * 1_001,
        "(" * 500 + ")" * 500,
    ],
)
def test_what_go_and_python_may_read_otherwise_is_not_counted(pattern: str) -> None:
    assert pattern_cost(pattern, 10) is None


@pytest.mark.parametrize("pattern", ["a+?b", "a{2}?", r"[\w.-]+", r"\[a\]", "a|b|", "[^a]", "a-b"])
def test_what_is_counted_is_one_that_python_takes(pattern: str) -> None:
    assert pattern_cost(pattern, 10) is not None
    re.compile(pattern)


@pytest.mark.parametrize("pattern", ["^a*b*c*$", "^[a-z]+$", "(ab?)+", "a*b"])
def test_a_longer_text_takes_more(pattern: str) -> None:
    costs = [pattern_cost(pattern, length) or 0 for length in (1, 10, 100)]
    if pattern == "(ab?)+":
        assert costs == [0, 0, 0]
    else:
        assert costs == sorted(set(costs))
