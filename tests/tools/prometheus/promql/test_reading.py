"""Queries as they are read here: what is taken apart, and what is refused with its place."""

import pytest

from clusterwright.tools.errors import InvalidInputError, QueryError
from clusterwright.tools.prometheus.promql.mistake import caret
from clusterwright.tools.prometheus.promql.reading import DEEPEST, LONGEST, read
from clusterwright.tools.prometheus.promql.tokens import tokens


def test_a_query_is_taken_apart() -> None:
    found = read('sum by (job) (rate(x{a="b",c=~"d"}[5m] offset 1h)) / y @ end()')
    assert found.trusted
    first, second = found.selectors
    assert (first.metric, first.range, first.offset) == ("x", 300, 3_600)
    assert [str(one) for one in first.conditions] == ['a="b"', 'c=~"d"']
    assert first.text == 'x{a="b",c=~"d"}'
    assert (second.text, second.suffix) == ("y", " @ end()")
    assert found.functions == {"rate"}


def test_a_query_of_several_lines_keeps_the_blanks_of_its_strings() -> None:
    long = "a_metric_whose_name_is_long_enough_for_a_line_of_its_own_total"
    query = f'sum(rate({long}{{a="b  c"}}[5m])) / sum(rate({long}{{a="b\\nc"}}[5m]))'
    assert read(query).text == query


@pytest.mark.parametrize(
    ("query", "metric", "text"),
    [
        ('{__name__="x"}', "x", "x"),
        ('{"http.requests", code="a\\nb"}', "http.requests", None),
        ('{__name__=~"x.*"}', None, '{__name__=~"x.*"}'),
        ('x{"service.name"="a"}', "x", 'x{"service.name"="a"}'),
    ],
)
def test_names_are_found_however_they_are_written(
    query: str, metric: str | None, text: str | None
) -> None:
    (one,) = read(query).selectors
    assert one.metric == metric
    assert text is None or one.text == text


@pytest.mark.parametrize(
    ("query", "said", "hint"),
    [
        ("sum(up", "1:4: unclosed parenthesis", "close it with )"),
        ("up{a='b'", "1:3: unclosed brace", "close it with }"),
        ("rate(up[5m)", "1:11: ) where [ is open", "write ] first"),
        ("up)", "1:3: ) closes nothing", "remove it, or open ( before"),
        ('up{a="b}', "1:6: a string that does not end", "close it"),
        ("", "the query is empty", "name a metric"),
        ("# only a comment", "the query is empty", "name a metric"),
        ("sum(\n  up", "1:4: unclosed parenthesis", "close it with )"),
        ("x" * (LONGEST + 1), "at most 10,000 are read", "recording rule"),
        ("(" * (DEEPEST + 1) + "up" + ")" * (DEEPEST + 1), "brackets in one another", "take out"),
    ],
)
def test_what_no_server_reads_is_refused(query: str, said: str, hint: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        read(query)
    assert said in str(error.value)
    assert hint in error.value.hint


@pytest.mark.parametrize(
    "query",
    ["rate(x[5m*2])", "rate(x[5m] smoothed)", "up + " * 500 + "up", "x[99999999999999y]", "foo(x)"],
)
def test_what_only_the_parser_here_refuses_is_only_doubtful(query: str) -> None:
    found = read(query)
    assert not found.trusted
    assert found.doubt is not None


MISTAKES = [
    ("up && up", "&& is no operator", "write and"),
    ("up = 1", "= outside braces", "compare with =="),
    ('up{a=="b"}', "== in braces", "a matcher is"),
    ("up{a=b}", "a value without quotes", 'put the value in quotes: ="b"'),
    ('up{a="b" c="d"}', "no comma between matchers", "write ,"),
    ("sum by job (up)", "by without (", "by (label)"),
    ("up down", "two expressions side by side", "operator between up and down"),
    ("up +", "nothing right of +", "what it is applied to"),
    ("/ up", "nothing left of /", "what it is applied to"),
    ("median(up)", "median is no function", "write quantile(0.5, ...)"),
    ("averge(up)", "averge is no function", "write avg"),
    ("rat(up[5m])", "rat is no function", "did you mean rate"),
    ("rate(up)", "rate wants samples over time", "rate(x[5m])"),
    ("rate(sum(up))", "rate wants samples over time", "sum(rate(x[5m]))"),
    ("sum(up[5m])", "a range of samples where one value each is wanted", "rate(x[5m])"),
    ("up{{job}}", "{{ }} is a template", "the value that the template gives"),
    ("rate(up[$interval])", "$interval is a variable", "4 scrapes"),
    ("1 > 2", "two numbers are compared", "bool"),
    ("up or 0", "a number beside a set operator", "vector(0)"),
    ("rate(up[5m]) by (job)", "rate has no groups", "sum by (label) (rate(...))"),
    ('rate(up[5m]){job="a"}', "matchers of a result", "behind the metric"),
    ("up[5 m]", "a space in a duration", "[5m]"),
    ("up[-5m]", "a range below zero", "offset"),
    ("avg_over_time(sum(up)[1h])", "", ""),
]


@pytest.mark.parametrize(("query", "what", "right"), MISTAKES)
def test_the_usual_mistakes_are_known(query: str, what: str, right: str) -> None:
    doubt = read(query).doubt
    assert doubt is not None
    assert what in doubt.what
    assert right in doubt.right


def test_a_refusal_of_a_server_has_its_place_in_the_query() -> None:
    query = 'up{ä="b"} + rate(up)'
    column = len('up{ä="b"} + '.encode()) + 1
    error = QueryError(
        f'1:{column}: parse error: expected type range vector in call to function "rate"',
        position=(1, column),
    )
    shown = str(read(query).refusal(error))
    assert "1:13: rate wants samples over time" in shown
    assert f"\n  {query}\n  {' ' * 12}^" in shown


def test_a_caret_stays_under_its_place_in_long_and_odd_lines() -> None:
    query = "a" * 500 + "!" + "b" * 500
    line, mark = caret(query, 500).splitlines()
    assert line[mark.index("^")] == "!"
    assert len(line) < 110
    line, mark = caret("a\u202e\x00!", 3).splitlines()
    assert line[mark.index("^")] == "!"
    assert line.isprintable()


def test_words_of_broken_queries_have_their_places() -> None:
    query = "sum(x{a='b'}[5m:1m]) # rest"
    found = list(tokens(query))
    assert all(query[one.start : one.start + len(one.text)] == one.text for one in found)
    assert [one.kind for one in found][:4] == ["name", "open", "name", "open"]
    assert next(one for one in found if one.text == "5m").within == "["


@pytest.mark.parametrize(
    "time",
    [
        *("@ -5", "@ 9e99", "@ 1769860800000", "@ 0x7fffffffffffffff", "@ -1h", "@ NaN"),
        *("@ # now\n-5", "offset 9e99", "offset -9e99", "offset NaN", "OFFSET + Inf", "[9e99]"),
        *("[5m:9e99]", "[1e20]", "offset 1e19"),
    ],
)
def test_a_time_that_no_clock_shows_is_doubtful_and_does_not_end_the_process(time: str) -> None:
    found = read(f"sum(up {time})")
    assert not found.trusted
    assert found.doubt is not None
    assert read(f"up{{a='{time}'}}".replace("\n", " ")).trusted
