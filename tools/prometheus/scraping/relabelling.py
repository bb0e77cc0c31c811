"""Relabelling evaluated here: what the rules make of a target, and which of them drops it.

Follows `relabel` of Prometheus, model/relabel/relabel.go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Literal, cast, get_args

from clusterwright.tools.manifest import Manifest, strings, text, texts
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.scraping.pattern import WHOLE, pattern

Action = Literal[
    "replace",
    "keep",
    "drop",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
]
_ACTIONS = frozenset[str](get_args(Action))


@dataclass(frozen=True, slots=True)
class RelabelRule:
    """One step."""

    action: Action = "replace"
    source: tuple[str, ...] = ()
    separator: str = ";"
    regex: str = WHOLE
    target: str = ""
    replacement: str = "$1"
    modulus: int = 0

    def joined(self, labels: Labels) -> str:
        """Return the text that it looks at: its source labels with the separator between."""
        return self.separator.join(labels.get(name, "") for name in self.source)

    def told(self) -> str:
        """Return it in a few words: `keep where __meta_x matches "http"`."""
        source = self.separator.join(self.source)
        match self.action:
            case "keep" | "drop":
                return f"{self.action} where {source} matches {self.regex!r}"
            case "keepequal" | "dropequal":
                return f"{self.action} where {source} equals {self.target}"
            case _:
                return f"{self.action} {source or self.regex} to {self.target or self.replacement}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a target."""

    fate: Literal["kept", "dropped", "untold"]
    """Untold: before the end stands a rule whose pattern cannot be evaluated here, or one whose
    outcome Prometheus itself leaves to chance."""
    labels: Labels
    """As far as they were made."""
    step: int = -1
    """Which rule dropped it, or could not be evaluated; counted from 0."""


def relabelled(rules: Sequence[RelabelRule], labels: Labels) -> Outcome:
    """Return what rules make of a target's labels."""
    made = dict(labels)
    for step, rule in enumerate(rules):
        kept = _apply(rule, made)
        if kept is not True:
            return Outcome("untold" if kept is None else "dropped", made, step)
    return Outcome("kept", made)


def read_rule(raw: Manifest) -> RelabelRule | None:
    """Return a rule of a configuration of which every scalar is text; None for what is none."""
    action = text(raw, "action").lower() or "replace"
    said = {"separator": ";", "regex": WHOLE, "replacement": "$1"} | strings(raw)
    if action not in _ACTIONS:
        return None
    return RelabelRule(
        action=cast("Action", action),
        source=tuple(texts(raw, "source_labels")),
        separator=said["separator"],
        regex=said["regex"],
        target=text(raw, "target_label"),
        replacement=said["replacement"],
        modulus=int(modulus) if (modulus := text(raw, "modulus")).isdecimal() else 0,
    )


def _apply(rule: RelabelRule, labels: dict[str, str]) -> bool | None:
    """Apply one rule; return whether the target stays, None where that cannot be told."""
    value = rule.joined(labels)
    match rule.action:
        case "keep" | "drop":
            matched = pattern(rule.regex).matches(value)
            return None if matched is None else matched is (rule.action == "keep")
        case "keepequal" | "dropequal":
            equal = labels.get(rule.target, "") == value
            return equal is (rule.action == "keepequal")
        case "replace":
            return _replace(rule, labels, value)
        case "labelmap" | "labeldrop" | "labelkeep":
            return _names(rule, labels)
        case _:
            return _valued(rule, labels, value)


def _replace(rule: RelabelRule, labels: dict[str, str], value: str) -> bool | None:
    regex = pattern(rule.regex)
    matched = regex.matches(value)
    if not matched:
        return None if matched is None else True
    target, made = regex.expand(value, rule.target), regex.expand(value, rule.replacement)
    if target is None or made is None:
        return None
    if not target:  # any other name is one since Prometheus 3; before, `-` and the like made none
        return True
    _put(labels, target, made)
    return True


def _names(rule: RelabelRule, labels: dict[str, str]) -> bool | None:
    """Apply a rule of names.

    Of labels that a `labelmap` gives one name, the last wins, and their order is that of a Go map.
    """
    regex = pattern(rule.regex)
    mapped: dict[str, str] = {}
    for name, value in sorted(labels.items()):
        matched = regex.matches(name)
        if matched is None:
            return None
        if rule.action == "labelmap":
            made = regex.expand(name, rule.replacement) if matched else ""
            if made is None or (matched and mapped.setdefault(made, value) != value):
                return None
        elif matched is (rule.action == "labeldrop"):
            labels.pop(name, None)
    for name, value in mapped.items():
        _put(labels, name, value)
    return True


def _valued(rule: RelabelRule, labels: dict[str, str], value: str) -> bool | None:
    match rule.action:
        case "lowercase":
            _put(labels, rule.target, value.lower())
        case "uppercase":
            _put(labels, rule.target, value.upper())
        case _:
            if rule.modulus <= 0:
                return None
            digest = md5(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
            _put(labels, rule.target, str(int.from_bytes(digest[8:], "big") % rule.modulus))
    return True


def _put(labels: dict[str, str], name: str, value: str) -> None:
    """Set a label; one without a value is none."""
    if value:
        labels[name] = value
    else:
        labels.pop(name, None)


def rules_of(raw: Sequence[Manifest]) -> tuple[RelabelRule, ...] | None:
    """Return the rules of a configuration; None where one of them cannot be read."""
    found = [read_rule(one) for one in raw]
    return None if None in found else tuple(one for one in found if one)


def lacking(rule: RelabelRule, labels: Mapping[str, str]) -> list[str]:
    """Return the source labels of a rule that a target does not have at all."""
    return [name for name in rule.source if name not in labels]
