"""Which value of a Helm release a field comes from: guessed from what both hold, proven by a plan.

Templates do not tell what they make of a value. So each value that holds what the field holds is
taken for a candidate, and a plan of the upgrade shows whether it changes that field, and nothing
else. Nothing here reads or writes: `release.py` does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import yaml

from clusterwright.agents.diagnose.next_step import is_release
from clusterwright.tools.change import DryRun, PlanStep
from clusterwright.tools.field_path import MISSING, Path, parse, put, read, spell
from clusterwright.tools.manifest import Json, Manifest

_MOST = 4
"""Candidates that are tried: each costs a plan."""
_HOOKS = "runs hooks"
"""How a plan begins to tell of hooks: what they do has no step, nor has one that is replaced."""

Field = tuple[str, str]
"""An object, as its Ref is spelled, and the path of a field of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field that is to have another value."""

    object: str
    path: Path
    before: Json
    """MISSING where the field is not there."""
    after: Json
    """None removes the field."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that may be what a field is made of, and what it would have to be."""

    path: Path
    values: Manifest
    """What `upgrade` takes as `values`."""

    @property
    def spelled(self) -> str:
        """The value's path, as people write it."""
        return spell(self.path)


def candidates(values: Mapping[str, Json], wanted: Wanted) -> list[Candidate]:
    """Return the values that may hold a field, the likeliest first: those that are named alike."""
    keys = {str(one).lower() for one in _keys(wanted.path)}
    found: list[tuple[int, Candidate]] = []
    for path, value in _leaves(dict(values)):
        new = _instead(value, wanted)
        if new is MISSING:
            continue
        named = {str(one).lower() for one in _keys(path)}
        last = 2 * (_keys(path)[-1:] == _keys(wanted.path)[-1:])
        found.append((len(keys & named) + last, Candidate(path, _override(values, path, new))))
    ranked = sorted(found, key=lambda one: (-one[0], len(one[1].path), one[1].spelled))
    return [one for _, one in ranked[:_MOST]]


def proves(steps: Sequence[PlanStep], wanted: Sequence[Wanted]) -> str:
    """Return why the steps of a plan are not just what was wanted; empty if they are.

    What the record of the release itself tells of the change is not counted.
    """
    missed = {(one.object, spell(one.path)) for one in wanted}
    for step in steps:
        if step.dry_run is not DryRun.PASSED:  # what it would change is not known then
            return f"the dry run of {step.say or step.object} is {step.dry_run}"
        if is_release(step.object):
            if hooks := [one for one in step.notes if one.startswith(_HOOKS)]:
                return f"it {hooks[0]}"
            continue
        for change in step.diff:
            met = [one for one in wanted if _is_met(one, str(step.object), change.path)]
            if not met:
                return f"it would change {change.path} of {step.object} as well"
            one = met[0]
            rest = parse(change.path)[len(one.path) :]
            if not _same(read(one.after, rest) if rest else one.after, change.after):
                return f"it would not make {change.path} of {step.object} what it should be"
            missed.discard((one.object, spell(one.path)))
    return f"it would not change {spell_field(min(missed))}" if missed else ""


def spell_field(field: Field) -> str:
    """Return a field of an object in words."""
    return f"{field[1]} of {field[0]}"


def _is_met(one: Wanted, ref: str, path: str) -> bool:
    found = parse(path) if path and not path.startswith("(") else ()
    return one.object == ref and found[: len(one.path)] == one.path


def _same(after: Json, told: str | None) -> bool:
    """Return whether a plan tells a field to become what is wanted; it tells it as YAML or JSON."""
    if after is None or after is MISSING or told is None:
        return (after is None or after is MISSING) and told is None
    if isinstance(after, str):
        return told == after
    try:
        return bool(yaml.safe_load(told) == after)
    except (yaml.YAMLError, ValueError):  # the latter for a date that there is not
        return False


def _leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every value that is no mapping with members; of lists themselves and their members."""
    if isinstance(value, dict) and value:
        for key, one in cast("Manifest", value).items():
            yield from _leaves(one, (*path, key))
        return
    yield path, value
    if isinstance(value, list):
        for place, one in enumerate(cast("list[Json]", value)):
            yield from _leaves(one, (*path, place))


def _instead(value: Json, wanted: Wanted) -> Json:
    """Return what a value must become for the field to be as wanted; MISSING if it is not of it."""
    before, after = wanted.before, wanted.after
    if after is None or isinstance(value, bool):
        return MISSING
    if all(isinstance(one, str | int | float) for one in (before, after, value)):
        return _within(value, str(before), str(after))
    return after if value == before and type(value) is type(after) else MISSING


def _within(value: str | float, before: str, after: str) -> Json:
    """Return what a value that is a part of a text must become for the text to be another one.

    `1.4.0` in `registry/site:1.4.0` becomes `1.5.0` for `registry/site:1.5.0`.
    """
    held = str(value)
    if not held:
        return MISSING
    begin, found, end = before.partition(held)
    fits = after.startswith(begin) and after.endswith(end) and len(after) > len(begin) + len(end)
    middle = after[len(begin) : len(after) - len(end)]
    if not (found and fits) or middle == held:
        return MISSING
    if isinstance(value, str):
        return middle
    return int(middle) if middle.isdecimal() else MISSING


def _override(values: Mapping[str, Json], path: Path, new: Json) -> Manifest:
    """Return the values to merge in; a list is replaced as a whole, as Helm has no other way."""
    lists = [place for place, one in enumerate(path) if isinstance(one, int)]
    if not lists:
        return cast("Manifest", put({}, path, new))
    head = path[: lists[0]]
    whole = put(read(dict(values), head), path[lists[0] :], new)
    return cast("Manifest", put({}, head, whole))


def _keys(path: Path) -> list[str]:
    """Return the names on a path, without the places and keys of list items."""
    return [one for one in path if isinstance(one, str)]
