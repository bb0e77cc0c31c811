"""The cluster's own words inside a sentence of ours, in marks that they cannot forge.

A line that was written inside the cluster starts with a mark of its own (`neutral.quote`). Where
its words stand inside our sentence, as in the title of a finding or in an error, they stand
between “ and ”, of which none is left inside.
"""

import re

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import (
    AbsenceEvidence,
    EventEvidence,
    Evidence,
    FieldEvidence,
    Finding,
    MetricEvidence,
)

_FORGED = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"'})
_WORD = re.compile(r"[\w./:-]{1,128}")
_LEAST = 6
"""Characters that are words rather than a number or a name."""
_LONGEST = 200
_BEFORE_WORDS = re.compile(r": ")


def quoted(words: str) -> str:
    """Return words of the cluster as they stand inside a sentence of ours."""
    return f"“{words.translate(_FORGED)}”"


def word(text: str) -> str:
    """Return a word such as the reason of an event; in marks and on one line, if it is more.

    By convention it is one in CamelCase, but the API server takes any text.
    """
    return text if not text or _WORD.fullmatch(text) else quoted(one_line(text))


def marked(finding: Finding) -> Finding:
    """Return a finding of which the title marks the words that it took from its evidence.

    They are at its end, after a colon: what the evidence holds from there on, to the end or to
    where the title was cut.
    """
    said = [" ".join(_words(one).split()) for one in finding.evidence]
    for colon in _BEFORE_WORDS.finditer(finding.title):
        words = finding.title[colon.end() :]
        if len(words) >= _LEAST and any(words.removesuffix("...") in one for one in said):
            ours, room = finding.title[: colon.end()], _LONGEST - colon.end() - len("“”")
            kept = words if len(words) <= room else f"{words[: room - 1]}…"
            return finding.model_copy(update={"title": ours + quoted(kept)})
    return finding


def _words(evidence: Evidence) -> str:
    match evidence:
        case FieldEvidence():
            return evidence.value
        case EventEvidence():
            return evidence.message
        case AbsenceEvidence() | MetricEvidence():
            return ""
        case _:
            return evidence.line
