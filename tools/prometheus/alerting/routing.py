"""The routing tree of an Alertmanager: who would be told of an alert, and who of none.

Follows `Route.Match` of Alertmanager, dispatch/route.go, and its matchers, pkg/labels.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from clusterwright.tools.manifest import Json, Manifest, items, mapping, strings, text, texts
from clusterwright.tools.prometheus.alertmanager_state import Matcher
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.scraping.pattern import pattern

_MATCHER = re.compile(r'\s*"?([^"=~!\s]+)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^",]*))\s*')
_ESCAPED = re.compile(r"\\(.)")
_LINES = {"n": "\n", '"': '"', "\\": "\\"}
_DEEPEST, _LARGEST = 30, 4_000_000


@dataclass(frozen=True, slots=True)
class Route:
    """One node of the tree."""

    receiver: str
    """Its own, or that of its parent."""
    matchers: tuple[Matcher, ...] | None = ()
    """None where one of them cannot be read: then nothing is said to match."""
    goes_on: bool = False
    """Whether later siblings are tried too where it matches."""
    routes: tuple["Route", ...] = ()
    mutes: tuple[str, ...] = ()
    """Names of time intervals in which it tells nobody."""


@dataclass(frozen=True, slots=True)
class Routing:
    """A configuration of Alertmanager, as far as it decides who is told."""

    root: Route
    silent: frozenset[str]
    """Receivers that tell nobody: they have a name only."""

    def receivers(self, labels: Labels) -> tuple[str, ...] | None:
        """Return who would be told of an alert, in order; None where that cannot be told."""
        found = list(_matched(self.root, labels))
        return None if None in found else tuple(dict.fromkeys(one for one in found if one))


def read_routing(written: str) -> Routing | None:
    """Return the routing of a configuration; None of what is none."""
    if len(written) > _LARGEST:
        return None
    try:
        loaded: Json = yaml.safe_load(written)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    root = mapping(loaded, "route")
    if not root:
        return None
    silent = [text(one, "name") for one in items(loaded, "receivers") if not _tells(one)]
    return Routing(_route(root, "", 0), frozenset(silent))


def holds(matcher: Matcher, labels: Labels) -> bool | None:
    """Return whether labels meet a condition; a label that is absent counts as empty."""
    value = labels.get(matcher.name, "")
    met = pattern(matcher.value).matches(value) if matcher.is_regex else value == matcher.value
    return None if met is None else met is matcher.is_equal


def _tells(receiver: Manifest) -> bool:
    return any(key.endswith("_configs") and value for key, value in receiver.items())


def _matched(route: Route, labels: Labels) -> Iterator[str | None]:
    """Yield the receivers of the deepest routes that match; None of one that cannot be judged."""
    went_on = False
    for child in route.routes:
        judged = _judged(child, labels)
        if judged is None:
            yield None
        elif judged:
            went_on = True
            yield from _matched(child, labels)
            if not child.goes_on:
                break
    if not went_on:
        yield route.receiver


def _judged(route: Route, labels: Labels) -> bool | None:
    if route.matchers is None:
        return None
    met = [holds(one, labels) for one in route.matchers]
    return False if False in met else None if None in met else True


def _route(raw: Manifest, receiver: str, depth: int) -> Route:
    own = text(raw, "receiver") or receiver
    below = items(raw, "routes") if depth < _DEEPEST else []
    equal = [Matcher(name, value) for name, value in strings(raw, "match").items()]
    like = [Matcher(name, value, is_regex=True) for name, value in strings(raw, "match_re").items()]
    read = [read_matcher(one) for one in texts(raw, "matchers")]
    return Route(
        receiver=own,
        matchers=None if None in read else (*equal, *like, *(one for one in read if one)),
        goes_on=raw.get("continue") is True,
        routes=tuple(_route(one, own, depth + 1) for one in below),
        mutes=tuple(texts(raw, "mute_time_intervals")),
    )


def read_matcher(written: str) -> Matcher | None:
    """Return a condition as `severity=~"warning|info"` spells it."""
    found = _MATCHER.fullmatch(written)
    if not found:
        return None
    name, sign, quoted, bare = found.groups()
    value = _ESCAPED.sub(lambda one: _LINES.get(one[1], one[0]), quoted) if quoted else bare or ""
    return Matcher(name, value, is_regex="~" in sign, is_equal=sign in {"=", "=~"})
