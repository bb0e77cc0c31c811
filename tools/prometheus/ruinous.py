"""Queries that end the server: kept from it, because no limit of its own does.

A subquery of very many steps makes Prometheus reserve memory for each of them before it counts a
single sample: `up[1y:1ms]` asks for 250 GB, and the process dies of it (seen with 3.16). Neither
--query.max-samples nor --query.timeout comes in time.
"""

import re
from collections.abc import Iterator, Sequence

from clusterwright.tools.errors import QueryError
from clusterwright.tools.prometheus.promql.tokens import Token, tokens

MOST_STEPS = 1_000_000
"""Of the subqueries of a query: eight years by the hour, twelve days by the second."""
LONGEST = 200_000
"""Characters of a query, those of our own making included."""
_UNWRITTEN_STEP = 1.0
"""Seconds. A missing step means the server's evaluation interval, which not every server tells: it
is 60 s by default, and hardly below 1 s anywhere."""
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_PART = re.compile(r"(\d+)(ms|[smhdwy])")


def refuse_ruinous(query: str, span: float = 0.0) -> None:
    """Raise QueryError for a query that could end the server.

    Args:
        query: PromQL; what the server cannot parse passes, and the server says why.
        span: seconds of the range that it is asked for.
    """
    if len(query) > LONGEST:
        raise QueryError(
            f"the query has {len(query):,} characters, and at most {LONGEST:,} are sent",
            hint="match with a regex instead of a list, or use a recording rule",
        )
    if "[" not in query:
        return
    found = list(_subqueries(list(tokens(query))))
    if not found:
        return
    # One within another is evaluated over the range of both; to add all of them errs on the safe
    # side for those beside one another.
    whole = span + sum(length for length, _ in found)
    steps = whole / min(step or _UNWRITTEN_STEP for _, step in found)
    if steps > MOST_STEPS:
        unwritten = any(step is None for _, step in found)
        may = "may have" if unwritten else "have"
        raise QueryError(
            f"the subqueries {may} some {steps:,.0f} steps, and at most {MOST_STEPS:,} are asked"
            " for: more can end the server, which reserves memory for each",
            hint="write a step, as [30d:5m]: without one it is the server's evaluation interval,"
            " which may be 1s"
            if unwritten
            else "use a longer step, as [30d:5m], or a shorter range",
        )


def _subqueries(words: Sequence[Token]) -> Iterator[tuple[float, float | None]]:
    """Yield range and step of each, in seconds; None for a step that is not written."""
    opened = -1
    for at, one in enumerate(words):
        if one.text == "[" and one.kind == "open":
            opened = at
        elif one.text == "]" and one.kind == "close" and opened >= 0:
            inside = words[opened + 1 : at]
            colons = [i for i, word in enumerate(inside) if word.text == ":"]
            if colons:
                length = _seconds(inside[: colons[0]])
                written = inside[colons[0] + 1 :]
                yield length, (_seconds(written) if written else None)
            opened = -1


def _seconds(words: Sequence[Token]) -> float:
    """Return the length of a duration; raise QueryError for one that is to be computed."""
    written = "".join(one.text for one in words)
    parts = _PART.findall(written)
    if parts and _PART.sub("", written) == "":
        found = sum(int(count) * _UNITS[unit] for count, unit in parts)
    else:
        try:
            found = float(int(written, 16) if written.lower().startswith("0x") else float(written))
        except (ValueError, OverflowError) as error:
            raise QueryError(
                f"the range or step {written[:60]!r} of a subquery is no plain duration",
                hint="write it out, as [1h:1m]: how many steps it has must be known beforehand",
            ) from error
    if not 0 < found < float("inf"):
        raise QueryError(
            f"the range or step {written[:60]!r} of a subquery is not above zero",
            hint="write it as [1h:1m]",
        )
    return found
