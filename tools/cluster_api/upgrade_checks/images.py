"""Whether machine templates pin an image, which is of one Kubernetes version.

Fields by provider, from their API types: CAPA AWSMachineTemplate, CAPZ AzureMachineTemplate, CAPG
GCPMachineTemplate, CAPO OpenStackMachineTemplate, CAPM3 Metal3MachineTemplate, CAPV
VSphereMachineTemplate, CAPD DockerMachineTemplate.
"""

import json
import re
from collections.abc import Iterator

from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, Manifest, dig, text
from clusterwright.tools.quotation import quoted

_FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWSMachineTemplate": (("ami", "id"),),
    "AzureMachineTemplate": (
        ("image", "id"),
        ("image", "marketplace", "version"),
        ("image", "computeGallery", "version"),
        ("image", "sharedGallery", "version"),
    ),
    "GCPMachineTemplate": (("image",), ("imageFamily",)),
    "OpenStackMachineTemplate": (
        ("image", "id"),
        ("image", "filter", "name"),
        ("image", "imageRef", "name"),
    ),
    "Metal3MachineTemplate": (("image", "url"),),
    "VSphereMachineTemplate": (("template",),),
    "DockerMachineTemplate": (("customImage",),),
}
_VERSION = re.compile(r"(?<![\d.])1[.-](\d{2})[.-](\d{1,3})(?!\d)")
"""Not what ends a year or another version, as in ubuntu-2021-12-05."""
_NAME = "images"


def images(scene: Scene) -> Check:
    """Return whether new machines would boot an image of the version."""
    if not scene.templates:
        return unknown(_NAME, "no machine template was read")
    pinned = [(ref, image) for ref, one in scene.templates.items() for image in _pinned(one)]
    if not pinned:
        kinds = ", ".join(sorted({ref.kind for ref in scene.templates}))
        return passed(_NAME, f"no template pins one ({kinds})")
    other = [(ref, image) for ref, image in pinned if _is_other(image, scene.goal)]
    if _made_by_class(scene):
        said = "the class sets the image by the version"
        return passed(_NAME, said)
    if other:
        said = f"a template pins {quoted(one_line(other[0][1], 120))}, of another version"
        todo = "have it point to an image of that version, in a template of another name"
        return check(_NAME, Status.BLOCK, said, [ref for ref, _ in other], todo)
    opaque = [(ref, image) for ref, image in pinned if not _VERSION.search(image)]
    if opaque:
        said = f"a template pins {quoted(one_line(opaque[0][1], 120))}, which tells no version"
        todo = f"see that it is an image of {scene.asked}"
        return check(_NAME, Status.WARN, said, [ref for ref, _ in opaque], todo)
    return passed(_NAME, f"the pinned images are of {scene.goal}")


def _pinned(template: Manifest) -> Iterator[str]:
    for path in _FIELDS.get(text(template, "kind"), ()):
        found = dig(template, "spec", "template", "spec", *path)
        if isinstance(found, str) and found:
            yield found


def _is_other(image: str, goal: Version) -> bool:
    found = _VERSION.search(image)
    return found is not None and (int(found[1]), int(found[2])) != (goal.minor, goal.patch)


def _made_by_class(scene: Scene) -> bool:
    """Return whether a patch of the class reads the version (variable builtin.*.version)."""
    patches: Json = dig(scene.made_from, "spec", "patches") if scene.made_from else None
    spelled = json.dumps(patches or [])
    builtin = ("builtin.machineDeployment.version", "builtin.controlPlane.version")
    return any(one in spelled for one in (*builtin, "builtin.cluster.topology.version"))
