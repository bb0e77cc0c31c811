"""Patterns of relabelling, which are RE2's: matched in linear time, whoever wrote them.

A match is judged by an engine that never goes back. What the groups of a pattern took is read with
Python's own, and only for patterns of which the form bounds what that may cost. Where the answer of
Prometheus may be another one, there is none: the caller says so rather than guess.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

WHOLE = "(.*)"
"""What a rule without a pattern has."""
_LONGEST_PATTERN = 4_096
_LONGEST_TEXT = 8_192
_COMPILED_BYTES = 1_000_000
_MOST_STEPS = 2_000_000
"""What reading the groups may cost: the text's length to the power of the repeats."""
_FOREIGN = re.compile(r"\[\[:|\\[pPQECXzAbB]|\(\?<|\(\?[a-zA-Z]*U|\(\?P?=|\(\?!|\\[0-9]")
"""Syntax that one of the engines reads otherwise than RE2: classes by name, flags, look-around."""
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:P<\w+>|[a-z-]*:))?|\)|[*+?]|\{\d+(?:,\d*)?\}|.",
    re.DOTALL,
)
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)
_LINES = frozenset("\n\r\u2028\u2029")


@dataclass(frozen=True)
class Pattern:
    """One pattern, anchored at both ends as relabelling does."""

    text: str

    def matches(self, value: str) -> bool | None:
        """Return whether all of `value` matches; None where that cannot be told here."""
        if self.text == WHOLE:
            return True
        if len(value) > _LONGEST_TEXT or (_LINES & set(value) and "." in self.text):
            return None
        validator = _validator(self.text)
        return None if validator is None else validator.is_valid(value)

    def expand(self, value: str, template: str) -> str | None:
        """Return a template with what the groups took of a value that matches; None as above.

        Follows Expand of Go's package regexp: `$1x` is the group named `1x`, and `$$` is `$`.
        """
        if "$" not in template:
            return template
        found = self._groups(value)
        if found is None:
            return None
        return _VARIABLE.sub(lambda one: _group(found, one), template)

    def _groups(self, value: str) -> dict[str, str] | None:
        if self.text == WHOLE:
            return {"0": value, "1": value}
        compiled = self._compiled
        if compiled is None or self._cost(len(value)) > _MOST_STEPS:
            return None
        found = compiled.fullmatch(value)
        if found is None:  # the engines do not agree
            return None
        numbered = {str(at): one or "" for at, one in enumerate((found[0], *found.groups()))}
        return numbered | {name: one or "" for name, one in found.groupdict().items()}

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        try:
            return re.compile(self.text, re.ASCII | re.DOTALL)
        except (re.error, RecursionError, OverflowError):
            return None

    def _cost(self, length: int) -> float:
        repeats, choices = self._form
        return float(length + 1) ** repeats * 2.0**choices if repeats >= 0 else float("inf")

    @cached_property
    def _form(self) -> tuple[int, int]:
        """Return how many repeats without an end there are, and how many choices.

        Minus one for a repeated group that itself repeats or chooses: no bound is known for it.
        """
        repeats = choices = 0
        flexible = [False]
        closed = False  # whether what was just read is a group that repeats or chooses
        for part in _TOKEN.findall(self.text):
            if part.startswith("("):
                flexible.append(False)
            elif part == ")":
                closed = flexible.pop() if len(flexible) > 1 else True
                flexible[-1] = flexible[-1] or closed
                continue
            elif part in {"*", "+"} or (part.startswith("{") and len(part) > 1):
                if closed:
                    return -1, 0
                repeats += 1
                flexible[-1] = True
            elif part in {"?", "|"}:
                choices += 1
                flexible[-1] = True
            closed = False
        return repeats, choices


@lru_cache(maxsize=2_048)
def pattern(text: str) -> Pattern:
    """Return a pattern, one for each text."""
    return Pattern(text)


@lru_cache(maxsize=2_048)
def _validator(text: str) -> Draft202012Validator | None:
    if len(text) > _LONGEST_PATTERN or _FOREIGN.search(text):
        return None
    schema = {"type": "string", "pattern": f"^(?:{text})$"}
    try:
        return Draft202012Validator(
            schema, pattern_options=RegexOptions(size_limit=_COMPILED_BYTES)
        )
    except (ValueError, ValidationError):
        return None


def _group(found: dict[str, str], one: "re.Match[str]") -> str:
    return "$" if one[1] else found.get(one[2] or one[3], "")
