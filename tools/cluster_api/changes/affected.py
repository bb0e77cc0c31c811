"""What a variable of a ClusterClass is used for: whose machines are replaced when it changes.

A class says in its patches which templates take which variables. A template of machines cannot be
changed, so that Cluster API makes another one, and rolls the machines over to it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from clusterwright.tools.manifest import Manifest, items, mapping, text, texts, truth

_MOST = 6


@dataclass(frozen=True, slots=True)
class Affected:
    """The parts of a cluster that are felt to change."""

    infrastructure: tuple[str, ...] = ()
    """Fields of the cluster's own infrastructure."""
    control_plane: bool = False
    pools: tuple[str, ...] = ()
    """Classes of pools, as patterns."""
    unknown: bool = False
    """A runtime extension decides, of which the class tells nothing."""

    def has_pool(self, cluster_class: str) -> bool:
        """Return whether pools of a class are replaced."""
        return self.unknown or any(fnmatchcase(cluster_class, one) for one in self.pools)


def affected(found: Manifest, names: Iterable[str]) -> Affected:
    """Return what variables of a class are used for."""
    wanted = set(names)
    fields: list[str] = []
    pools: list[str] = []
    control_plane = unknown = False
    for patch in items(found, "spec", "patches"):
        if mapping(patch, "external"):
            unknown = True
            continue
        switches = _mentions(text(patch, "enabledIf"), wanted)
        for definition in items(patch, "definitions"):
            paths = [
                text(one, "path")
                for one in items(definition, "jsonPatches")
                if switches or _takes(one, wanted)
            ]
            if not paths:
                continue
            matches = mapping(definition, "selector", "matchResources")
            if truth(matches, "infrastructureCluster"):
                fields += paths
            control_plane = control_plane or truth(matches, "controlPlane")
            pools += _classes(matches)
    return Affected(tuple(fields[:_MOST]), control_plane, tuple(dict.fromkeys(pools)), unknown)


def _classes(matches: Manifest) -> Iterator[str]:
    for kind in ("machineDeploymentClass", "machinePoolClass"):
        yield from texts(matches, kind, "names")


def _takes(patch: Manifest, names: set[str]) -> bool:
    """Return whether a JSON patch takes its value from one of the variables, or a part of it."""
    source = text(patch, "valueFrom", "variable")
    whole = re.split(r"[.\[]", source, maxsplit=1)[0]
    return whole in names or _mentions(text(patch, "valueFrom", "template"), names)


def _mentions(template: str, names: set[str]) -> bool:
    """Return whether a Go template names one of the variables: `.name`, or `index . "name"`."""
    return any(re.search(rf"(?:\.|[\"`]){re.escape(one)}(?![\w-])", template) for one in names)
