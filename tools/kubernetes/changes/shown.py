"""A diff as it may be shown: as a person would write it, without noise and without secrets."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import yaml

from clusterwright.tools.change import FieldChange
from clusterwright.tools.diff import Difference, clean, differences
from clusterwright.tools.field_path import MISSING, Path, read, spell
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.veil import hide, secrets_of
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.neutral import neutral
from clusterwright.tools.redaction import REDACTED, redact, redact_text
from clusterwright.tools.ref import Ref

_WIDE = 1_000_000
"""Columns: a line that is folded would hide a secret from being known."""
_HIDDEN = "[holds characters that cannot be seen] "


def shown(
    step: Step, after: Manifest | None, changed: Sequence[Difference]
) -> tuple[FieldChange, ...]:
    """Return what a step does to its object, field by field.

    A new object is told as it was asked for, without the defaults that it gets; of one that goes,
    that it goes.
    """
    if step.write.verb in {Verb.DELETE, Verb.EVICT}:
        return (FieldChange(path="(the object)", before=str(step.ref)),)
    if step.before is None and step.copy_of is not None:
        return tuple(_copied(step.write.body, step.copy_of))
    if step.before is None:
        wanted = redact(clean(step.write.body))
        return (FieldChange(path="(new object)", after=_mark(step.write.body) + _value(wanted)),)
    will = clean(after) if after is not None else {}
    return tuple(fields(clean(step.before), will, changed, secrets_of(step.before)))


def _copied(made: Manifest, origin: Manifest) -> Iterator[FieldChange]:
    """Yield what a copy has otherwise than what it is made from, which is read elsewhere."""
    was, will = ({"spec": one.get("spec")} for one in (clean(origin), clean(made)))
    yield FieldChange(path="(new object)", after=f"a copy of {Ref.of(origin)}, but for:")
    yield from fields(was, will, differences(was, will), secrets_of(origin))


def fields(
    was: Manifest, will: Manifest, changed: Iterable[Difference], secrets: frozenset[str]
) -> Iterator[FieldChange]:
    """Yield each field that changes, as the redacted objects have it."""
    old, new = redact(was), redact(will)

    def safe(value: str | None) -> str | None:
        return None if value is None else hide(value, secrets)

    for one in changed:
        yield FieldChange(
            path=hide(redact_text(spell(one.path)), secrets),
            before=safe(_told(old, one.path, one.before)),
            after=safe(_told(new, one.path, one.after)),
        )


def _told(safe: Manifest, path: Path, value: Json) -> str | None:
    """Return a value as the redacted object has it; None for a field that is not there."""
    if value is MISSING:
        return None
    return _mark(value) + _value(read(safe, path))  # what redaction has moved is not shown at all


def _mark(value: Json) -> str:
    """Return a remark if a value holds what nobody would see: it would be approved unseen."""
    return _HIDDEN if any(neutral(one, None) != one for one in _texts(value)) else ""


def _value(value: Json) -> str:
    """Return a value whole: who approves it must be able to see all of it."""
    if value is MISSING:
        return REDACTED
    if isinstance(value, dict | list):
        text = yaml.safe_dump(
            value, sort_keys=False, default_flow_style=False, allow_unicode=True, width=_WIDE
        )
        return redact_text(text.rstrip("\n"))
    if isinstance(value, str):
        return redact_text(value)
    return json.dumps(value)


def _texts(value: Json) -> Iterator[str]:
    """Yield every string of a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in cast("Manifest", value).items():
            yield key
            yield from _texts(one)
    elif isinstance(value, list):
        for one in cast("list[Json]", value):
            yield from _texts(one)
