"""Secrets of an object, blanked wherever else they would be told.

A value is known for a secret by where it stands. A change may move it elsewhere, as when a variable
called `password` is renamed, and the API server may quote a whole object in an error.
"""

import json
from collections.abc import Iterable, Iterator
from typing import cast

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import REDACTED, redact

_SHORTEST = 4


def secrets_of(manifest: Manifest | None) -> frozenset[str]:
    """Return the texts of an object that redaction would not show as they are."""
    if manifest is None:
        return frozenset()
    shown = set(_texts(redact(manifest)))
    return frozenset(one for one in _texts(manifest) if one not in shown and len(one) >= _SHORTEST)


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return text without secrets, also as JSON spells them within JSON."""
    for secret in sorted(secrets, key=len, reverse=True):
        spelled = secret
        for _ in range(4):
            text = text.replace(spelled, REDACTED)
            spelled = json.dumps(spelled)[1:-1]
        for line in secret.splitlines():
            if len(line.strip()) > _SHORTEST * 2:
                text = text.replace(line.strip(), REDACTED)
    return text


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in cast("Manifest", value).values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in cast("list[Json]", value):
            yield from _texts(one)
