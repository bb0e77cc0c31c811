"""Quotes and brackets that do not pair, which no dialect of PromQL can read."""

from collections.abc import Sequence

from clusterwright.tools.prometheus.promql.mistake import Mistake
from clusterwright.tools.prometheus.promql.tokens import CLOSING, Token

_NAMES = {"(": "parenthesis", "[": "bracket", "{": "brace"}
_OPENING = {closing: opening for opening, closing in CLOSING.items()}


def unpaired(words: Sequence[Token]) -> Mistake | None:
    """Return the first quote or bracket without its partner."""
    opened: list[Token] = []
    for one in words:
        if one.kind == "odd" and one.text in "\"'`":
            return Mistake(
                "a string that does not end", one.start, f"close it with {one.text} on its line"
            )
        if one.kind == "open":
            opened.append(one)
        elif one.kind == "close":
            if not opened:
                return Mistake(
                    f"{one.text} closes nothing", one.start, f"remove it, or open {_of(one)}"
                )
            last = opened.pop()
            if CLOSING[last.text] != one.text:
                wanted = CLOSING[last.text]
                return Mistake(
                    f"{one.text} where {last.text} is open", one.start, f"write {wanted} first"
                )
    if opened:
        last = opened[-1]
        return Mistake(
            f"unclosed {_NAMES[last.text]}", last.start, f"close it with {CLOSING[last.text]}"
        )
    return None


def _of(closing: Token) -> str:
    return f"{_OPENING[closing.text]} before"


def depth(words: Sequence[Token]) -> int:
    """Return how deep brackets nest."""
    deepest = now = 0
    for one in words:
        now += (one.kind == "open") - (one.kind == "close")
        deepest = max(deepest, now)
    return deepest
