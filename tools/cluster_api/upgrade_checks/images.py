"""Whether machine templates pin an image, which is of one Kubernetes version.

Fields by provider, from their API types: CAPA AWSMachineTemplate, CAPZ AzureMachineTemplate, CAPG
GCPMachineTemplate, CAPO OpenStackMachineTemplate, CAPM3 Metal3MachineTemplate, CAPV
VSphereMachineTemplate, CAPD DockerMachineTemplate and DevMachineTemplate; of MachinePools
AWSMachinePool and AWSManagedMachinePool (exp/api/v1beta2), AzureMachinePool and GCPMachinePool
(exp/api/v1beta1).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass

from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.upgrade_checks.template_users import (
    User,
    is_patched_outside,
    template_users,
    version_patches,
)
from clusterwright.tools.cluster_api.version import Version
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, dig, text
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

_AZURE = (
    ("image", "id"),
    ("image", "marketplace", "version"),
    ("image", "computeGallery", "version"),
    ("image", "sharedGallery", "version"),
)
_FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWSMachineTemplate": (("ami", "id"),),
    "AWSMachinePool": (("awsLaunchTemplate", "ami", "id"),),
    "AWSManagedMachinePool": (("awsLaunchTemplate", "ami", "id"),),
    "AzureMachineTemplate": _AZURE,
    "AzureMachinePool": tuple(("template", *path) for path in _AZURE),
    "GCPMachineTemplate": (("image",), ("imageFamily",)),
    "GCPMachinePool": (("image",), ("imageFamily",)),
    "OpenStackMachineTemplate": (
        ("image", "id"),
        ("image", "filter", "name"),
        ("image", "imageRef", "name"),
    ),
    "Metal3MachineTemplate": (("image", "url"),),
    "VSphereMachineTemplate": (("template",),),
    "DockerMachineTemplate": (("customImage",),),
    "DevMachineTemplate": (("backend", "docker", "customImage"),),
}
_VERSION = re.compile(r"(?<![\d.])1[.-](\d{2})[.-](\d{1,3})(?!\d)")
"""Not what ends a year or another version, as in ubuntu-2021-12-05."""
_NAME = "images"
_IN_TEMPLATE = ("spec", "template", "spec")


@dataclass(frozen=True, slots=True)
class _Pinned:
    """An image that a template names, in one of its fields."""

    ref: Ref
    field: tuple[str, ...]
    """As a patch of a class names it: what a MachinePool has is made from a template as well."""
    image: str

    def is_of(self, version: Version | None) -> bool | None:
        """Return whether it is of a version; None where it tells none."""
        found = _VERSION.search(self.image)
        if found is None or version is None:
            return None
        return (int(found[1]), int(found[2])) == (version.minor, version.patch)


def images(scene: Scene) -> Check:
    """Return whether new machines would boot an image of the version."""
    if not scene.templates:
        return unknown(_NAME, "no machine template was read")
    pinned = [each for ref, one in scene.templates.items() for each in _pinned(ref, one)]
    if not pinned:
        kinds = ", ".join(sorted({ref.kind for ref in scene.templates}))
        return passed(_NAME, f"no template pins one ({kinds})")
    users: dict[Ref, set[User]] = defaultdict(set)
    for one in template_users(scene.parts):
        users[one.template].add(one)
    left = [one for one in pinned if not _follows(scene, one, users[one.ref])]
    if not left:
        return passed(_NAME, "the class sets the image by the version")
    other = [one for one in left if one.is_of(scene.goal) is False]
    if other:
        said = f"a template pins {quoted(one_line(other[0].image, 120))}, of another version"
        todo = "have it point to an image of that version, in a template of another name"
        status = Status.BLOCK
        if is_patched_outside(scene.made_from or {}):
            status, said = Status.WARN, f"{said}, unless a runtime extension of the class sets it"
        return check(_NAME, status, said, [one.ref for one in other], todo)
    opaque = [one for one in left if one.is_of(scene.goal) is None]
    if opaque:
        said = f"a template pins {quoted(one_line(opaque[0].image, 120))}, which tells no version"
        todo = f"see that it is an image of {scene.asked}"
        return check(_NAME, Status.WARN, said, [one.ref for one in opaque], todo)
    return passed(_NAME, f"the pinned images are of {scene.goal}")


def _pinned(ref: Ref, template: Manifest) -> Iterator[_Pinned]:
    for path in _FIELDS.get(text(template, "kind"), ()):
        own = ("spec", *path) if ref.kind.endswith("Pool") else (*_IN_TEMPLATE, *path)
        found = dig(template, *own)
        if isinstance(found, str) and found:
            yield _Pinned(ref, (*_IN_TEMPLATE, *path), found)


def _follows(scene: Scene, pinned: _Pinned, users: Set[User]) -> bool:
    """Return whether the class sets an image by the version, for all whose template it is in.

    A patch under a condition counts where the image is of the version that runs: then it was met.
    """
    was_met = pinned.is_of(scene.current) is True
    return bool(users) and all(
        any(
            _holds(path, pinned.field) and (was_met or not conditional)
            for path, conditional in version_patches(scene.made_from or {}, user)
        )
        for user in users
    )


def _holds(path: str, field: tuple[str, ...]) -> bool:
    """Return whether a JSON pointer is to a field, or to an object that the field is in."""
    found = tuple(path.strip("/").split("/"))
    return found == field[: len(found)]
