"""Whether a step of relabelling drops a target that somebody wanted, or one nobody asked for.

A step that keeps by annotation or label is a question to each object; where none says yes, nothing
is scraped by design. Told is a step that no object can satisfy, and one whose answer was given and
is not understood: `True` where `true` is asked for, a label of another value.
Source of the names: Prometheus, documentation of `kubernetes_sd_config`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.prometheus.analyzers.about import name
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.scraping.pattern import pattern
from clusterwright.tools.prometheus.scraping.relabelling import RelabelRule
from clusterwright.tools.quotation import quoted

_META = "__meta_kubernetes_"
_ASKED = re.compile(rf"{_META}([a-z]+)_(?:label|annotation)(present)?_(.+)", re.DOTALL)
_STATE = frozenset(
    f"{_META}{one}"
    for one in (
        *("pod_phase", "pod_ready", "pod_container_init", "endpoint_ready"),
        *(f"endpointslice_endpoint_conditions_{one}" for one in ("ready", "serving")),
        "endpointslice_endpoint_conditions_terminating",
    )
)
"""What changes by itself: a target is not wanted while it is so."""
_NO = frozenset({"", "false", "no", "off", "0", "disabled", "none"})

_LONGEST = 40

_Answer = Literal["no", "unclear", "never"]


def wanted(rule: RelabelRule, targets: Sequence[Labels]) -> tuple[Labels, str] | None:
    """Return a target that a step should not drop, with what is wrong; None where all is meant.

    `targets` are the labels that the step saw of those that it dropped.
    """
    families = {family for one in targets for family in _families(one)}
    for labels in targets:
        found = _judged(rule, labels, families)
        if found is not None:
            return labels, found
    return None


def _judged(rule: RelabelRule, labels: Labels, families: set[str]) -> str | None:
    match rule.action:
        case "keep":
            return _kept(rule, labels, families)
        case "drop":
            asked = [one for one in rule.source if _ASKED.fullmatch(one) or one in _STATE]
            return (
                None if asked else f"it drops where {_shown(rule.source)} is {_value(rule, labels)}"
            )
        case _:
            there = labels.get(rule.target, "") and rule.joined(labels)
            says = f"it compares {name(rule.target)} with {_shown(rule.source)}, which is"
            return f"{says} {_value(rule, labels)}" if there else None


def _kept(rule: RelabelRule, labels: Labels, families: set[str]) -> str | None:
    failing = _failing(rule, labels)
    answers = {one: _answer(one, labels, part, families) for one, part in failing}
    never = [one for one, answer in answers.items() if answer == "never"]
    if never:
        return f"it asks for {name(never[0])}, which no target can ever have"
    if not answers or "no" in answers.values():
        return None
    label, part = failing[0]
    value = quoted(one_line(labels.get(label, ""), _LONGEST))
    pattern_ = quoted(one_line(rule.regex if part is None else part, _LONGEST))
    return f"it keeps where {name(label)} is {pattern_}, and it is {value}"


def _shown(source: Sequence[str]) -> str:
    return few([name(one) for one in source], 2)


def _value(rule: RelabelRule, labels: Labels) -> str:
    return quoted(one_line(rule.joined(labels), _LONGEST))


def _failing(rule: RelabelRule, labels: Labels) -> list[tuple[str, str | None]]:
    """Return the labels that do not match, each with its part of the pattern.

    Where the pattern has not one part for each label, all of them are meant by all of it.
    """
    parts = rule.regex.split(rule.separator) if rule.separator else []
    if len(rule.source) == 1:
        parts = [rule.regex]
    if len(parts) != len(rule.source):
        return [(one, None) for one in rule.source]
    found: list[tuple[str, str | None]] = []
    for one, part in zip(rule.source, parts, strict=True):
        matched = pattern(part).matches(labels.get(one, ""))
        if matched is None:  # nothing is told of what cannot be evaluated here
            return []
        if not matched:
            found.append((one, part))
    return found


def _answer(label: str, labels: Labels, part: str | None, families: set[str]) -> _Answer:
    """Return what an object answers where a step asks for one of its labels or annotations."""
    if label in _STATE:
        return "no"
    asked = _ASKED.fullmatch(label)
    if asked is None:
        return "unclear"
    if asked[1] not in families or not asked[3].replace("_", "").isalnum():
        return "never"
    value = labels.get(label, "")
    opts_out = part is not None and pattern(part).matches("") is True
    return "no" if opts_out or value.strip().lower() in _NO else "unclear"


def _families(labels: Iterable[str]) -> Iterable[str]:
    """Yield the kinds of objects of which discovery tells in a target: `pod`, `service`, `node`."""
    for one in labels:
        family, more, _ = one.removeprefix(_META).partition("_")
        if one.startswith(_META) and more:  # each target has the name of its namespace
            yield family
