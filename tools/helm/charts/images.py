"""The images that a chart runs: of the objects it renders to, else as far as its values tell."""

from collections.abc import Iterator
from typing import cast

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.charts.chart import Chart
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.manifest import Json, Manifest, text

_DEEPEST = 30


def images_of(objects: tuple[Object, ...]) -> dict[str, tuple[str, ...]]:
    """Return each image of rendered objects, with the objects that run it."""
    found: dict[str, dict[str, None]] = {}
    for one in objects:
        for image in _named(one.manifest, 0):
            found.setdefault(image, {})[f"{one.ref.kind}/{one.ref.name}"] = None
    return {image: tuple(users) for image, users in sorted(found.items())}


def images_in_values(chart: Chart) -> dict[str, tuple[str, ...]]:
    """Return the images that default values name, with where they do: a guess by the usual form."""
    found: dict[str, dict[str, None]] = {}
    for where, one in chart.all():
        for path, image in _guessed(one.values, "", text(one.metadata, "appVersion"), 0):
            found.setdefault(image, {})[f"{where}: {path}"] = None
    return {image: tuple(places) for image, places in sorted(found.items())}


def _named(value: Json, depth: int) -> Iterator[str]:
    """Yield the images of containers, wherever an object has them: also of custom kinds."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in cast("list[Json]", value):
            yield from _named(one, depth + 1)
    if isinstance(value, dict):
        for key, one in cast("Manifest", value).items():
            if key == "image" and isinstance(one, str) and one:
                yield one_line(one, 200)
            else:
                yield from _named(one, depth + 1)


def _guessed(values: Manifest, path: str, app: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    repository = text(values, "repository")
    if repository and ("tag" in values or "digest" in values):
        yield path, _joined(values, repository, app)
        return
    for key, one in values.items():
        here = f"{path}.{key}" if path else key
        if key.lower().endswith("image") and isinstance(one, str) and one:
            yield here, one_line(one, 200)
        elif isinstance(one, dict):
            yield from _guessed(cast("Manifest", one), here, app, depth + 1)


def _joined(values: Manifest, repository: str, app: str) -> str:
    registry, digest = text(values, "registry"), text(values, "digest")
    tag = values.get("tag") or app
    name = f"{registry}/{repository}" if registry else repository
    return one_line(f"{name}@{digest}" if digest else f"{name}:{tag}", 200)
