"""What a complaint of Helm means: the deepest cause that its words tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.failures.all import FAILURES
from clusterwright.tools.helm.failures.failure import Depth, Detail, Failure, Told
from clusterwright.tools.helm.failures.named import named
from clusterwright.tools.helm.failures.said import Said, heard
from clusterwright.tools.quotation import quoted

UNKNOWN = "unknown"
_LONGEST = 500
_OF_HOOK = ("event", "hook")
_ELSE = (
    "The catalogue has no row for these words: read them, and the release's status and history,"
    " before anything is tried again."
)


@dataclass(frozen=True, slots=True)
class Classified:
    """A complaint and what it means; of several, that with the deepest cause, and the others."""

    code: str
    """Of the catalogue, or `unknown`."""
    cause: str
    change: str
    """What to do, with kinds of changes of the Helm server in backticks."""
    detail: Detail
    """What the words name. Of every failure: `object` (Kind/namespace/name), `event` and `hook` of
    a hook, `symptom` (the code of what was noticed of it), `outcome` (what Helm did by itself:
    rolled back, uninstalled, not rolled back, ...), `warning` (of the API server, about pods that
    it is going to refuse)."""
    said: str
    """The cluster's or Helm's own words, redacted, on one line."""
    others: tuple["Classified", ...] = ()
    """What else failed at once, object by object."""


def classify(text: str) -> Classified:
    """Return what a complaint means, whatever it is wrapped in.

    Args:
        text: what helm wrote on stderr, a record's `info.description`, or an API server's message;
            of any length.
    """
    said = heard(text)
    found = [_one(part, said) for part in said.parts if part.strip()]
    known = [one for one in _different(found) if one[0] is not None] or found[:1]
    if not known:
        return Classified(UNKNOWN, "Helm said nothing.", _ELSE, {}, "")
    first = max(known, key=lambda one: one[0].depth if one[0] else Depth.SYMPTOM)
    others = tuple(one[1] for one in known if one is not first)
    return replace(first[1], others=others)


_Found = tuple[Failure | None, Classified]


def _one(part: str, said: Said) -> _Found:
    told = _told(part)
    shown = one_line(part, _LONGEST)
    after = {"outcome": said.outcome} if said.outcome else {}
    if not told:
        return None, Classified(UNKNOWN, f"Helm said {quoted(shown)}", _ELSE, after, shown)
    deepest = max(told, key=lambda one: one.row.depth)  # of equals, the first
    detail = _around(told, deepest) | deepest.detail
    if said.warning and deepest.row.depth < Depth.CAUSE:
        detail |= {"warning": said.warning}
    if (found := named(part)) and "object" not in detail:
        detail |= {"object": found}
    detail = {key: one_line(value, _LONGEST) for key, value in (detail | after).items()}
    row = deepest.row
    return row, Classified(row.code, row.told_cause(detail), row.told_change(detail), detail, shown)


def _around(told: Iterable[Told], deepest: Told) -> Detail:
    """Return what less deep failures add: of which hook it is, and what was noticed of it."""
    found: Detail = {}
    for less in told:
        if less.row.depth >= deepest.row.depth:
            continue
        if less.row.depth is Depth.SYMPTOM:
            found = {"symptom": less.row.code} | found
        else:
            found |= {key: less.detail[key] for key in _OF_HOOK if key in less.detail}
    return found


def _told(part: str) -> list[Told]:
    """Return the failures that a part tells, without those in a message of somebody else."""
    found = [told for row in FAILURES if (told := row.find(part))]
    quotes = min((one.quotes for one in found), default=0)
    return [one for one in found if one.begins < quotes]


def _different(found: Iterable[_Found]) -> list[_Found]:
    """Return what was found, each code and object once: Helm may say a thing twice."""
    return list({(one[1].code, one[1].detail.get("object")): one for one in found}.values())
