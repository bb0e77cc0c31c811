"""Differences as they may be shown: without secrets, each side so short that both are seen."""

from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.diff import same
from clusterwright.tools.field_path import MISSING, Path, read, spell
from clusterwright.tools.helm.differing import FieldDiff
from clusterwright.tools.helm.told_change import told_change
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.manifest import Json, Manifest, text
from clusterwright.tools.redaction import REDACTED, redact

_LONGEST_PATH = 300


@dataclass(frozen=True)
class Sides:
    """Two objects, and what blanks their secrets."""

    before: Manifest
    after: Manifest
    veil: Veil

    def field(self, path: Path, before: Json, after: Json) -> FieldDiff:
        """Return a field of which the raw values differ.

        Where both are secrets, that they differ is all that is told.
        """
        old = self._safe(self.before, self._redacted[0], path, before)
        new = self._safe(self.after, self._redacted[1], path, after)
        told = told_change(old, new)
        named = self.veil.line(spell(path), _LONGEST_PATH)
        return FieldDiff(path=named, before=told[0], after=told[1])

    @cached_property
    def _redacted(self) -> tuple[Manifest, Manifest]:
        return redact(self.before), redact(self.after)

    def _safe(self, raw: Manifest, shown: Manifest, path: Path, value: Json) -> Json:
        """Return a value as the redacted object has it, or redacted for itself if it has moved."""
        if value is MISSING:
            return MISSING
        found = read(shown, path) if same(read(raw, path), value) else _alone(raw, value)
        return REDACTED if found is MISSING else self.veil.json(found)


def _alone(of: Manifest, value: Json) -> Json:
    return REDACTED if text(of, "kind") == "Secret" else redact({"value": value})["value"]
