"""A query read on this side, before a server is asked.

The parser here is stricter than some servers (it knows no duration expressions, `smoothed` or
`anchored`), so what it alone refuses is only doubtful: the server has the last word.
"""

import re
from dataclasses import dataclass

from promql_parser import Call, Expr, MatrixSelector, VectorSelector, parse

from clusterwright.tools.errors import InvalidInputError, QueryError
from clusterwright.tools.prometheus.promql.brackets import depth, unpaired
from clusterwright.tools.prometheus.promql.mistake import Mistake
from clusterwright.tools.prometheus.promql.nodes import seconds, spelled, walk
from clusterwright.tools.prometheus.promql.refused import refused, told
from clusterwright.tools.prometheus.promql.selector import Selector, selector
from clusterwright.tools.prometheus.promql.tokens import Token, tokens

LONGEST = 10_000
"""Characters of a query."""
DEEPEST = 100
"""Brackets in brackets. The parser's own stack ends at some thousands, and the process with it."""
_MOST_PARTS = 400
"""Operators and calls that are parsed here: time and memory grow with their square and more."""
_DURATION = re.compile(r"(\d+)(ms|[smhdwy])")
_YEARS = {"y": 1.0, "w": 1 / 52, "d": 1 / 365, "h": 1 / 8_760}
_LONGEST_YEARS, _MOST_DIGITS = 100, 10
_LATEST = 2e11
"""Seconds since 1970, in the year 8307; in milliseconds it is 1976."""
_TIMES = frozenset({"@", "offset", "[", ":"})
_SIGNS = frozenset({"-", "+"})
_TIME = "seconds and no milliseconds, as @ 1769860800 or [300]"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a query without asking anybody."""

    query: str
    tree: Expr | None
    """None where the parser here cannot read it, which is not the last word."""
    doubt: Mistake | None
    """What the parser here found wrong."""
    text: str
    """The query on one line, spelled as usual; as it was given where there is no tree."""
    selectors: tuple[Selector, ...]
    functions: frozenset[str]

    @property
    def trusted(self) -> bool:
        """Whether the query was understood here."""
        return self.tree is not None

    def refusal(self, error: QueryError) -> InvalidInputError:
        """Return a server's refusal with a caret at the place, and what would be right."""
        return refused(self.query, list(tokens(self.query)), error)


def read(query: str) -> Reading:
    """Read a query; raise InvalidInputError for what no server can read.

    That is: nothing at all, quotes or brackets that do not pair, and what is too long or too deep.
    """
    if len(query) > LONGEST:
        raise InvalidInputError(
            f"the query has {len(query):,} characters, and at most {LONGEST:,} are read",
            hint="put part of it into a recording rule, or match with a regex instead of a list",
        )
    words = list(tokens(query))
    if not words:
        raise InvalidInputError("the query is empty", hint="name a metric, as up")
    if (mistake := unpaired(words)) is not None:
        raise mistake.error(query)
    if (deep := depth(words)) > DEEPEST:
        raise InvalidInputError(
            f"the query has {deep:,} brackets in one another, and at most {DEEPEST} are read",
            hint="take out parentheses that are not needed, or use recording rules",
        )
    return _parsed(query, words)


def _parsed(query: str, words: list[Token]) -> Reading:
    parts = sum(one.kind in {"open", "operator"} for one in words)
    if parts > _MOST_PARTS:
        doubt = Mistake(f"{parts} operators and brackets are too many to be judged here", None, "")
        return Reading(query, None, doubt, query, (), frozenset())
    if (far := _beyond_time(words)) is not None:
        return Reading(query, None, far, query, (), frozenset())
    try:
        tree = parse(query)
        nodes = [one.part for one in walk(tree)]
        selectors = tuple(one for part in nodes if (one := _selector(part)) is not None)
    except (ValueError, OverflowError) as error:
        return Reading(query, None, told(words, str(error)), query, (), frozenset())
    functions = frozenset(one.func.name for one in nodes if isinstance(one, Call))
    return Reading(query, tree, None, spelled(tree), selectors, functions)


def _beyond_time(words: list[Token]) -> Mistake | None:
    """Return a time that is longer than any data: the parser's own values overflow, or it dies."""
    for one in words:
        if one.kind == "duration" and any(
            len(n) > _MOST_DIGITS or int(n) * _YEARS.get(unit, 0) > _LONGEST_YEARS
            for n, unit in _DURATION.findall(one.text)
        ):
            return Mistake("a duration of centuries", one.start, "at most 100y, as [5m] or [7d]")
    before = ""
    for one in words:
        if before in _TIMES and one.text not in _SIGNS and _is_no_time(one):
            return Mistake("a time that no clock shows", one.start, _TIME)
        if before == "@" and one.text == "-":
            return Mistake("a moment before 1970", one.start, _TIME)
        before = one.text.lower() if one.text not in _SIGNS else before
    return None


def _is_no_time(word: Token) -> bool:
    """Return whether a number of seconds is one that the parser's own values do not hold."""
    if word.kind == "name":
        return word.text.lower() in {"inf", "nan"}
    try:
        return word.kind == "number" and not float(word.text) < _LATEST
    except ValueError:
        return True


def _selector(part: Expr) -> Selector | None:
    match part:
        case MatrixSelector():
            return selector(part.vector_selector, seconds(part.range))
        case VectorSelector():
            return selector(part)
        case _:
            return None
