"""What a release holds of secrets, blanked wherever else its record tells of them.

A value is known for a secret by where it stands: under a telling name, or in a Secret that the
templates made of it. The same words may stand in values under any name, in notes, in a diff.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.helm.objects import parse
from clusterwright.tools.helm.record import Release
from clusterwright.tools.kubernetes.changes.veil import secrets_of
from clusterwright.tools.manifest import Json, Manifest, mapping, name_of, text
from clusterwright.tools.neutral import neutral
from clusterwright.tools.redaction import REDACTED, redact_text, secret_name
from clusterwright.tools.telling import harmless

_TELLING, _OTHER = 6, 8
"""Characters of a secret that is looked for elsewhere: under a telling name, under any other."""
_LONGEST = 20_000
_MOST = 400
_WITHIN = 4
"""How deep JSON is looked into that is text within JSON."""


class Veil:
    """Blanks the secrets of one release, or of several revisions of it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take what must not be shown."""
        self._secrets = frozenset(secrets)

    @property
    def secrets(self) -> frozenset[str]:
        """What it blanks."""
        return self._secrets

    @classmethod
    def of(cls, release: Release) -> "Veil":
        """Return the veil of a revision: of its values, and of what its manifest and hooks hold."""
        names = {release.name, release.namespace, release.chart_name}
        found: dict[str, None] = {}
        for values in (release.supplied, release.defaults):
            found |= dict.fromkeys(_told_by_name(bounded(values)))
        for manifest in (release.manifest, *(one.manifest for one in release.hooks)):
            for one in _objects(manifest):
                names.add(name_of(one))
                found |= dict.fromkeys(_of_object(one))
        kept = [one for one in found if one not in names and not harmless(one)]
        return cls(kept[:_MOST])

    @classmethod
    def over(cls, objects: Iterable[Manifest]) -> "Veil":
        """Return the veil of live objects."""
        found = dict.fromkeys(secret for one in objects for secret in _of_object(one))
        return cls([one for one in found if not harmless(one)][:_MOST])

    def __or__(self, other: "Veil") -> "Veil":
        """Return what blanks the secrets of both."""
        return Veil(self._secrets | other._secrets)

    def text(self, words: str) -> str:
        """Return text without the secrets, and without what its shape gives away."""
        text = redact_text(words)
        for needle in self._needles:
            if needle in text:
                text = text.replace(needle, REDACTED)
        return text

    @cached_property
    def _needles(self) -> tuple[str, ...]:
        """What is looked for, the longest first: secrets, as JSON spells them, line by line."""
        found = {needle for secret in self._secrets for needle in _spellings(secret)}
        return tuple(sorted(found, key=len, reverse=True))

    def line(self, words: str, longest: int = 300) -> str:
        """Return text as one neutral line."""
        return one_line(self.text(words), longest)

    def json(self, value: Json) -> Json:
        """Return a JSON value, redacted by its names already, without the secrets in its texts."""
        if isinstance(value, str):
            return neutral(self.text(value), None)
        if isinstance(value, list):
            return [self.json(one) for one in cast("list[Json]", value)]
        if isinstance(value, dict):
            members = cast("Manifest", value)
            return {neutral(self.text(key), None): self.json(one) for key, one in members.items()}
        return value


def _spellings(secret: str) -> Iterator[str]:
    """Yield a secret as it is, as JSON within JSON spells it, and its lines."""
    spelled = secret
    for _ in range(_WITHIN):
        yield spelled
        spelled = json.dumps(spelled)[1:-1]
    for line in secret.splitlines():
        if len(line.strip()) >= _OTHER:
            yield line.strip()


def _objects(manifest: str) -> list[Manifest]:
    try:
        return [one for _, one in parse(manifest)]
    except InvalidInputError:
        return []  # none of it is shown either


def _of_object(manifest: Manifest) -> Iterator[str]:
    if text(manifest, "kind") != "Secret":
        yield from _told_by_name(manifest)
        return
    for key, value in mapping(manifest, "stringData").items():
        yield from _worth(key, value)
    for key, value in mapping(manifest, "data").items():
        yield from _worth(key, value)
        yield from _worth(key, _decoded(value))


def _told_by_name(value: Manifest) -> Iterator[str]:
    """Yield what redaction hides; of a text over many lines, only a part is a secret."""
    for one in secrets_of(value):
        if len(one) >= _TELLING and "\n" not in one:
            yield one


def _worth(key: str, value: Json) -> Iterator[str]:
    least = _TELLING if secret_name(key) else _OTHER
    if isinstance(value, str) and least <= len(value.strip()) <= _LONGEST:
        yield value.strip()


def _decoded(value: Json) -> str:
    if not isinstance(value, str):
        return ""
    try:
        return base64.b64decode(value).decode()
    except (binascii.Error, ValueError):
        return ""
