"""A way in which Helm fails: the words that tell it, what they mean, what to do about it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from clusterwright.tools.quotation import word

Detail = dict[str, str]
"""What a failure's words name, by what it is: `field`, `manager`, `quota`."""


class Depth(IntEnum):
    """How near to the cause the words are: of several in one sentence the deepest counts."""

    SYMPTOM = 0
    """What was noticed in the end: time ran out."""
    PLACE = 1
    """Where it happened: in a hook."""
    CAUSE = 2
    """What was wrong."""


NOUNS: Mapping[str, str] = {
    "access": "that",
    "address": "an address or port",
    "api": "an API version",
    "chart": "such chart",
    "conflicts": "a field",
    "dependencies": "a dependency",
    "event": "some",
    "field": "a field",
    "kind": "a kind",
    "kubernetes": "the cluster's version",
    "limit": "the limit",
    "message": "no reason",
    "name": "the name",
    "namespace": "the namespace",
    "object": "an object",
    "owner": "no release",
    "quota": "a quota",
    "reference": "an object",
    "registry": "that was named",
    "release": "the release",
    "place": "where it was asked",
    "repository": "the place that was named",
    "required": "another version",
    "revision": "a revision",
    "standard": "a Pod Security standard",
    "template": "a template",
    "type": "another",
    "user": "the user",
    "version": "any",
    "violations": "values that the schema refuses",
    "webhook": "a webhook",
    "why": "for a reason that it does not tell",
}
"""What stands in a sentence for what the words did not name."""


class _Filler(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return NOUNS[key]


@dataclass(frozen=True, slots=True)
class Failure:
    """One row of the catalogue. Cause and change are sentences with `{slots}` for the detail."""

    code: str
    title: str
    """What it means, in words that need no detail."""
    patterns: tuple[re.Pattern[str], ...]
    """Words that a test brings about with the real Helm; the groups' names are the detail's."""
    cause: str
    change: str
    """What to do; kinds of changes of the Helm server stand in backticks."""
    source: str
    """Project, version and files that the words are from."""
    depth: Depth = Depth.CAUSE
    in_hook: str = ""
    """What to do where it is a hook's object; empty if the same."""
    unseen: tuple[re.Pattern[str], ...] = ()
    """Words that were read in the source but that no test brings about."""
    unseen_because: str = ""
    """Why not."""
    reads: Callable[[str], Detail] | None = None
    """Reads of a text that has such words what no single pattern can: lists."""

    @property
    def reproduced(self) -> bool:
        """Whether the real Helm says it in a test."""
        return bool(self.patterns)

    def find(self, text: str) -> "Told | None":
        """Return what a text tells of this failure; None if it tells nothing of it."""
        for pattern in (*self.patterns, *self.unseen):
            if found := pattern.search(text):
                named = {key: value for key, value in found.groupdict().items() if value}
                quotes = found.start("message") if "message" in named else len(text)
                detail = named | (self.reads(text) if self.reads else {})
                return Told(self, detail, found.start(), quotes)
        return None

    def told_cause(self, detail: Detail) -> str:
        """Return the cause with the detail in it, the cluster's words in marks."""
        return _filled(self.cause, detail)

    def told_change(self, detail: Detail) -> str:
        """Return what to do with the detail in it, the cluster's words in marks."""
        return _filled((self.in_hook if "event" in detail else "") or self.change, detail)


@dataclass(frozen=True, slots=True)
class Told:
    """A failure as a text tells it."""

    row: Failure
    detail: Detail
    begins: int
    """Where in the text its words begin."""
    quotes: int
    """Where a message of somebody else begins, which may sound like anything."""


def _filled(template: str, detail: Detail) -> str:
    filled = template.format_map(_Filler({key: word(value) for key, value in detail.items()}))
    slot = template[1:].partition("}")[0] if template.startswith("{") else ""
    return filled if not slot or slot in detail else filled[0].upper() + filled[1:]


def words(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a failure's words.

    Each begins with something fixed or a word's start, and repeats nothing without a limit, so
    that a search takes linear time whatever the text.
    """
    return tuple(re.compile(one, re.DOTALL) for one in patterns)
