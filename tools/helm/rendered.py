"""The pod templates of a revision, and the images that they name."""

from collections.abc import Iterator

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.ref import Ref

_TEMPLATES = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_USUAL = ("spec", "template", "spec")


def rendered(release: Release, workload: Ref) -> Manifest | None:
    """Return an object as a revision has it, among its hooks too; None where it has none."""
    return next((one.manifest for one in _objects(release) if one.ref == workload), None)


def image_in(manifest: Manifest | None, container: str) -> str:
    """Return the image of a container in a workload; empty where there is none."""
    if manifest is None:
        return ""
    spec = mapping(manifest, *_TEMPLATES.get(text(manifest, "kind"), _USUAL))
    return next(
        (
            text(one, "image")
            for group in ("containers", "initContainers")
            for one in items(spec, group)
            if text(one, "name") == container
        ),
        "",
    )


def _objects(release: Release) -> Iterator[Object]:
    for written in (release.manifest, *(one.manifest for one in release.hooks)):
        try:
            parsed = parse(written)
        except InvalidInputError:
            continue  # it tells nothing of any image; `read` counts it among the gaps
        yield from placed(parsed, release.namespace, {})
