"""Matchers of a silence, read from text and spelled again: `alertname="X"`, `pod=~"cart-.*"`."""

import re

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.neutral import neutral
from clusterwright.tools.prometheus.alertmanager_state import Labels, Matcher

MOST, LONGEST = 10, 200
_MATCHER = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*\Z", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"\Z', re.DOTALL)
_BARE = re.compile(r'[^\s"{},\'`]+\Z')
_ESCAPE = re.compile(r'\\(["\\])')
_EXAMPLE = 'write one condition each: alertname="KubePodCrashLooping", namespace="shop"'


def parse_matcher(spelled: str) -> Matcher:
    r"""Read one matcher, as Prometheus and amtool spell it; raise InvalidInputError.

    Inside quotes only `\"` and `\\` are escapes; a regular expression escapes its dot as `\\.`,
    or as it is without quotes.
    """
    found = _MATCHER.match(spelled)
    if found is None or len(spelled) > LONGEST + 80:
        raise InvalidInputError(f"{spelled[:120]!r} is no matcher", hint=_EXAMPLE)
    value = _value(found[3], spelled)
    if len(value) > LONGEST:
        raise InvalidInputError(
            f"the value of {found[1]!r} has {len(value)} characters, over {LONGEST}",
            hint="split it into several silences",
        )
    if neutral(value, None) != value or not value.isprintable():
        raise InvalidInputError(
            f"the value of {found[1]!r} holds characters that cannot be seen",
            hint="write it anew, letter by letter",
        )
    sign = found[2]
    return Matcher(found[1], value, is_regex="~" in sign, is_equal=not sign.startswith("!"))


def _value(text: str, spelled: str) -> str:
    quoted = _QUOTED.match(text)
    if quoted:
        return _ESCAPE.sub(r"\1", quoted[1])
    if text and not _BARE.match(text):
        raise InvalidInputError(
            f"{spelled[:120]!r} is no matcher: its value is not quoted as one", hint=_EXAMPLE
        )
    return text


def covers(matchers: tuple[Matcher, ...], labels: Labels) -> bool:
    """Return whether matchers that are bounded all match, as Alertmanager would say."""
    return all(_matches(one, labels.get(one.name, "")) for one in matchers)


def _matches(matcher: Matcher, value: str) -> bool:
    if matcher.is_regex:
        equal = re.fullmatch(matcher.value, value) is not None
    else:
        equal = matcher.value == value
    return equal is matcher.is_equal


def spelled(matchers: tuple[Matcher, ...]) -> str:
    """Return matchers as Prometheus writes them."""
    return "{" + ", ".join(map(str, matchers)) + "}"


def key_of(matchers: tuple[Matcher, ...]) -> tuple[str, ...]:
    """Return what equal silences have in common, in whatever order they were written."""
    return tuple(sorted(map(str, matchers)))
