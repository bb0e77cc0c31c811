"""Which value of a release names an image: by what the values hold, since templates do not tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.tools.field_path import MISSING, Path, read
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.values import leaves, values_of
from clusterwright.tools.manifest import Json, Manifest, mapping

_LEAST = 3
"""Characters of a repository's end that are looked for in values."""


class Part(StrEnum):
    """What of an image a value holds."""

    IMAGE = "image"
    TAG = "tag"
    DIGEST = "digest"
    REPOSITORY = "repository"
    REGISTRY = "registry"


_KEYS = {
    Part.IMAGE: ("image",),
    Part.TAG: ("tag", "version"),
    Part.DIGEST: ("digest", "sha"),
    Part.REPOSITORY: ("repository", "image", "name"),
    Part.REGISTRY: ("registry", "hub"),
}
"""What the last key of such a value tends to hold."""


@dataclass(frozen=True, slots=True)
class Source:
    """The value that names a part of an image."""

    path: Path
    part: Part
    value: str
    supplied: bool
    """Whether it was supplied; else it is the chart's own."""
    alone: bool
    """Whether no other value might be meant as well."""


def source_of(
    image: str, release: Release, parts: Sequence[Part], names: Sequence[str]
) -> Source | None:
    """Return the value that names one of the parts of an image; None where none holds it.

    Args:
        image: as the template rendered it.
        release: the revision that it is of.
        parts: those that may be at fault, the likeliest first.
        names: of the workload and its container, which tell several images of a chart apart.
    """
    values = values_of(release)
    held = _parts(image)
    scored = [
        (score, Source(path, part, text, _is_in(release.supplied, path), alone=True))
        for part in parts
        for path, text in _texts(values)
        if (score := _score(values, path, text, part, held, names))
    ]
    if not scored:
        return None
    best = max(score for score, _ in scored)
    first, *others = [one for score, one in scored if score == best]
    return Source(first.path, first.part, first.value, first.supplied, alone=not others)


def split(image: str) -> tuple[str, str, str, str]:
    """Return registry, repository below it, tag and digest of an image; what is not there is empty.

    The registry ends at the first slash if what is before it looks like a host
    (distribution/reference, normalize.go).
    """
    name, _, digest = image.partition("@")
    head, slash, rest = name.partition("/")
    host = bool(slash) and ("." in head or ":" in head or head == "localhost")
    path = rest if host else name
    repository, _, tag = path.partition(":")
    return (head if host else "", repository, tag, digest)


def _parts(image: str) -> dict[Part, tuple[str, ...]]:
    registry, repository, tag, digest = split(image)
    whole = f"{registry}/{repository}" if registry else repository
    return {
        Part.IMAGE: (image,),
        Part.TAG: (tag,),
        Part.DIGEST: (digest, digest.partition(":")[2]),
        Part.REPOSITORY: (whole, repository, repository.rpartition("/")[2]),
        Part.REGISTRY: (registry,),
    }


def _texts(values: Manifest) -> Iterator[tuple[Path, str]]:
    for path, value in leaves(values):
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            yield path, str(value)


def _score(
    values: Json,
    path: Path,
    text: str,
    part: Part,
    held: dict[Part, tuple[str, ...]],
    names: Sequence[str],
) -> int:
    """Return how well a value fits a part of an image; 0 where it does not hold it."""
    known = [one for one in held[part] if one]
    if text not in known or (part is Part.REPOSITORY and len(text) < _LEAST):
        return 0
    key = str(path[-1]).lower()
    beside = read(values, path[:-1]) if path[:-1] else values
    siblings = {str(one) for one in mapping(beside).values()} - {text}
    others = {one for other, held_by in held.items() if other is not part for one in held_by if one}
    spelled = ".".join(map(str, path)).lower()
    return (
        10
        + 20 * (part is Part.IMAGE)
        + 8 * any(sign in key for sign in _KEYS[part])
        + 8 * bool(siblings & others)
        + 4 * ("image" in spelled)
        + 2 * sum(name.lower() in spelled for name in dict.fromkeys(names) if name)
    )


def _is_in(supplied: Manifest, path: Path) -> bool:
    return read(supplied, path) is not MISSING
