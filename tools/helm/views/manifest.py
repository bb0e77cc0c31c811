"""The manifest of a revision: which objects it has, and any of them, or a part of it, whole."""

from collections.abc import Sequence
from typing import Literal, Self

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import MISSING, Path, parse, read
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.helm.views.view import Asked, Read, View
from clusterwright.tools.kubernetes.get import AnyJson
from clusterwright.tools.kubernetes.select import indented, outline, size
from clusterwright.tools.manifest import Json
from clusterwright.tools.quotation import word
from clusterwright.tools.redaction import redact
from clusterwright.tools.ref import Ref

_WHOLE = 4_000
"""Bytes of an object that is told whole: it takes them as text and as structured content."""
_TEXT = 3_500


class ObjectRow(BaseModel):
    """One object of the manifest."""

    model_config = ConfigDict(frozen=True)

    ref: Ref
    bytes: int = Field(description="As JSON.")
    template: str = Field(default="", description="The file that it came from.")
    kept: bool = Field(default=False, description="Stays when the release is uninstalled.")


class ManifestView(View):
    """The objects, or the one that was asked for."""

    view: Literal["manifest"] = "manifest"
    objects: int = Field(description="In the manifest, or of the kind that was asked for.")
    bytes: int = Field(description="Of the whole manifest.")
    rows: tuple[ObjectRow, ...] = ()
    object: AnyJson = Field(default=None, description="What path names, where it has room.")
    outline: dict[str, str] = Field(
        default_factory=dict, description="Too large: each field with its value, or shape and size."
    )

    @property
    def units(self) -> int:
        """The rows."""
        return len(self.rows)

    @property
    def end(self) -> int:
        """All objects."""
        return self.objects

    def first(self, units: int) -> Self:
        """Return the first rows."""
        return self.model_copy(update={"rows": self.rows[:units]})

    def lines(self) -> list[str]:
        """Return a line for each object, and the object that was asked for."""
        lines = [f"{self.objects} objects of a manifest of {self.bytes} bytes"]
        for row in self.rows:
            of = f", {word(row.template)}" if row.template else ""
            kept = ", kept at uninstall" if row.kept else ""
            lines.append(f"{row.ref} ({row.bytes} bytes{of}{kept})")
        lines += [indented(self.object)] if self.object is not None else []
        return lines + [f"{path} {told}" for path, told in self.outline.items()]


async def read_manifest(asked: Asked) -> Read:
    """Return the objects, those of a kind, or one: `Kind/namespace/name`, with ` field.path`."""
    release, veil = await asked.record()
    found = await on_cluster(asked.connection, release.manifest, release.namespace)
    view = await to_thread.run_sync(shown, release, veil, found, asked.path, asked.offset)
    return Read(view)


def shown(
    release: Release, veil: Veil, found: Sequence[Object], path: str, offset: int
) -> ManifestView:
    """Return the objects of a manifest, those of a kind, or one: as the path says."""
    wanted, _, field = path.strip().partition(" ")
    chosen = _chosen(found, wanted) if wanted else found
    view = ManifestView(objects=len(chosen), bytes=len(release.manifest.encode()))
    if wanted and len(chosen) == 1:
        return view.model_copy(update=_whole(chosen[0], field.strip(), veil))
    rows = [
        ObjectRow(
            ref=one.ref,
            bytes=size(one.manifest),
            template=one_line(one.source, 120),
            kept=one.kept,
        )
        for one in chosen[offset:]
    ]
    return view.model_copy(update={"rows": tuple(rows)})


def _chosen(found: Sequence[Object], wanted: str) -> list[Object]:
    """Return the objects that a Ref or a kind means; raise NotFoundError with those there are."""
    names = {str(one.ref).casefold(): one for one in found}
    if (one := names.get(wanted.casefold())) is not None:
        return [one]
    kind, _, rest = wanted.partition("/")
    chosen = [
        one
        for one in found
        if kind.casefold()
        in {one.ref.kind.casefold(), f"{one.ref.kind}.{one.ref.group}".casefold()}
        and rest in {"", one.ref.name, f"{one.ref.namespace}/{one.ref.name}"}
    ]
    if not chosen:
        there = list(dict.fromkeys(str(one.ref) for one in found))
        raise NotFoundError(
            f"the manifest has no {wanted[:120]!r}", hint=f"it has {few(there, 10) or 'no object'}"
        )
    return chosen


def _whole(one: Object, field: str, veil: Veil) -> dict[str, Json]:
    """Return an object or a field of it; an outline of what has no room."""
    redacted = redact(one.manifest)
    path: Path = parse(field) if field else ()
    value = read(redacted, path)
    if value is MISSING:
        raise NotFoundError(
            f"{one.ref} sets no {field[:120]!r}", hint=f"it sets {few(list(one.manifest), 12)}"
        )
    safe = veil.json(value)
    row = ObjectRow(
        ref=one.ref, bytes=size(one.manifest), template=one_line(one.source, 120), kept=one.kept
    )
    if isinstance(safe, str) and size(safe) > _WHOLE:
        safe = f"{safe[:_TEXT]}… [{len(safe) - _TEXT} characters more]"
    if size(safe) <= _WHOLE:
        return {"rows": (row,), "object": safe}
    return {"rows": (row,), "outline": outline(safe, field or "$")}
