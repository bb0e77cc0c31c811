"""Which machine template the control plane and each pool use, and what the class patches in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.manifest import Manifest, items, mapping, text, texts, truth
from clusterwright.tools.ref import Ref

_OF_CONTROL_PLANE = (
    ("spec", "machineTemplate", "spec", "infrastructureRef"),
    ("spec", "machineTemplate", "infrastructureRef"),
)
_OF_POOL = ("spec", "template", "spec", "infrastructureRef")
_CLASSES = {
    "MachineDeployment": ("machineDeployments", "machineDeploymentClass"),
    "MachinePool": ("machinePools", "machinePoolClass"),
}
_VERSION = re.compile(
    r"\bbuiltin\.(controlPlane|machineDeployment|machinePool|cluster\.topology)\.version\b"
)


@dataclass(frozen=True, slots=True)
class User:
    """A control plane or pool, and the template that its machines are made from."""

    template: Ref
    matches: str
    """The key by which a patch of a class selects it."""
    cluster_class: str = ""
    """Of a pool, in the ClusterClass; empty for a pool of none, and for the control plane."""


def template_users(parts: Parts) -> Iterator[User]:
    """Yield who uses which template, the control plane first."""
    for path in _OF_CONTROL_PLANE:
        ref = _named(parts, parts.control_plane, *path)
        if ref is not None:
            yield User(ref, "controlPlane")
    classes = {kind: _classes(parts, listed) for kind, (listed, _) in _CLASSES.items()}
    for pool in parts.pools:
        ref = _named(parts, pool.manifest, *_OF_POOL)
        if ref is not None:
            kind = text(pool.manifest, "kind")
            _, matches = _CLASSES.get(kind, ("", ""))
            yield User(ref, matches, classes.get(kind, {}).get(pool.name, ""))


def _classes(parts: Parts, listed: str) -> dict[str, str]:
    """Return the class of each pool of a list of the topology; the first of a name counts."""
    entries = items(parts.cluster, "spec", "topology", "workers", listed)
    return {text(one, "name"): text(one, "class") for one in reversed(entries)}


def version_patches(made_from: Manifest, user: User) -> Iterator[tuple[str, bool]]:
    """Yield what a class sets by the version in a template, and whether only under a condition.

    It is the paths of its JSON patches. Templates are selected as by the controller
    (core/reconcilers/topology/cluster/patches/inline/json_patch_generator.go, matchesSelector,
    v1.14).
    """
    for patch in items(made_from, "spec", "patches"):
        conditional = bool(text(patch, "enabledIf"))
        for definition in items(patch, "definitions"):
            if _selects(mapping(definition, "selector"), user):
                for one in items(definition, "jsonPatches"):
                    source = mapping(one, "valueFrom")
                    if _VERSION.search(f"{text(source, 'variable')} {text(source, 'template')}"):
                        yield text(one, "path"), conditional


def is_patched_outside(made_from: Manifest) -> bool:
    """Return whether a runtime extension patches templates, of which the class tells nothing."""
    return any(mapping(one, "external") for one in items(made_from, "spec", "patches"))


def _selects(selector: Manifest, user: User) -> bool:
    group = text(selector, "apiVersion").partition("/")[0]
    # A MachinePool has an object of its own, made from a template of the class.
    kind = user.template.kind + "Template" * (user.matches == "machinePoolClass")
    if (text(selector, "kind"), group) != (kind, user.template.group):
        return False
    matches = mapping(selector, "matchResources")
    if user.matches == "controlPlane":
        return truth(matches, user.matches)
    named = texts(matches, user.matches, "names")
    return bool(user.cluster_class) and any(fnmatchcase(user.cluster_class, one) for one in named)


def _named(parts: Parts, owner: Manifest | None, *path: str) -> Ref | None:
    return parts.estate.referred(owner, *path)[0] if owner else None
