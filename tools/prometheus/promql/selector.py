"""What a query selects: metrics, matchers, ranges and offsets, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from promql_parser import AtModifier, AtModifierType, MatchOp, VectorSelector
from promql_parser import Matcher as ParsedMatcher

from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.promql.literals import string

NAME = "__name__"
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label."""

    label: str
    operator: str
    """`=`, `!=`, `=~` or `!~`."""
    value: str

    @property
    def is_regex(self) -> bool:
        """Whether the value is a regular expression."""
        return self.operator in {"=~", "!~"}

    @property
    def is_negative(self) -> bool:
        """Whether it says what a label is not."""
        return self.operator in {"!=", "!~"}

    def __str__(self) -> str:
        """Return it as in a query."""
        return f"{label(self.label)}{self.operator}{string(self.value)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector of series."""

    matchers: tuple[Matcher, ...]
    """That of the name included."""
    alternatives: tuple[tuple[Matcher, ...], ...] = ()
    """Of VictoriaMetrics' `{a="b" or c="d"}`."""
    range: float | None = None
    """Seconds of `[5m]`."""
    offset: float = 0.0
    """Seconds into the past; negative ones into the future."""
    pinned: str = ""
    """When, where it says so: `@ end()`, `@ 1769860800`."""

    @property
    def metric(self) -> str | None:
        """The metric, where exactly one is named."""
        named = [one.value for one in self.matchers if one.label == NAME and one.operator == "="]
        return named[0] if len(named) == 1 else None

    @property
    def conditions(self) -> tuple[Matcher, ...]:
        """The matchers besides that of the one named metric."""
        return tuple(one for one in self.matchers if one.label != NAME or one.operator != "=")

    @property
    def text(self) -> str:
        """The selector without range and offset, as in a query."""
        if self.alternatives:
            joined = " or ".join(",".join(map(str, ones)) for ones in self.alternatives)
            return f"{{{joined}}}"
        return select(self.matchers)

    @property
    def suffix(self) -> str:
        """What moves it in time, as it follows a selector."""
        moved = f" offset {lasting(self.offset)}" if self.offset else ""
        return f"{moved} {self.pinned}" if self.pinned else moved

    @property
    def bare(self) -> "Selector":
        """Only its metric."""
        return replace(self, matchers=tuple(m for m in self.matchers if m not in self.conditions))

    def without(self, *left: Matcher) -> "Selector":
        """Return it with fewer matchers."""
        return replace(self, matchers=tuple(one for one in self.matchers if one not in left))


def select(matchers: Sequence[Matcher]) -> str:
    """Return a selector as in a query; a plain name stands before the brace."""
    names = [one for one in matchers if one.label == NAME and one.operator == "="]
    if len(names) == 1 and is_plain(names[0].value, colons=True):
        inner = ",".join(str(one) for one in matchers if one is not names[0])
        return f"{names[0].value}{{{inner}}}" if inner else names[0].value
    return f"{{{','.join(map(str, matchers))}}}"


def selector(parsed: VectorSelector, range_: float | None = None) -> Selector:
    """Return a selector of the tree as a plain value."""
    own = tuple(map(_matcher, parsed.matchers.matchers))
    if parsed.name is not None:
        own = (Matcher(NAME, "=", parsed.name), *own)
    others = tuple(tuple(map(_matcher, ones)) for ones in parsed.matchers.or_matchers)
    if others and parsed.name is not None:
        others = tuple((Matcher(NAME, "=", parsed.name), *ones) for ones in others)
    shift = parsed.offset.total_seconds() if parsed.offset is not None else 0.0
    return Selector(own, others, range_, shift, _pinned(parsed.at))


def _pinned(at: AtModifier | None) -> str:
    if at is None:
        return ""
    if at.type != AtModifierType.At:
        return "@ start()" if at.type == AtModifierType.Start else "@ end()"
    try:
        return f"@ {at.at.timestamp():.3f}" if at.at else ""
    except OverflowError:  # beyond the year 9999
        return "@ 253402300799"


def _matcher(parsed: ParsedMatcher) -> Matcher:
    return Matcher(parsed.name, _OPERATORS[_op(parsed.op)], parsed.value)


def _op(op: MatchOp) -> str:
    return str(op).rpartition(".")[2]


def is_plain(name: str, *, colons: bool = False) -> bool:
    """Return whether a name needs no quotes."""
    bare = name.replace(":", "_") if colons else name
    return bare.isascii() and bare.isidentifier()


def label(name: str) -> str:
    """Return the name of a label as in a query."""
    return name if is_plain(name) else string(name)
