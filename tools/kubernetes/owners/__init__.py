"""The owner guard: who would take back what is about to be written, one file per owner."""

from collections.abc import Sequence

from clusterwright.tools.field_path import Path
from clusterwright.tools.kubernetes.owners.applied_fields import applied_fields
from clusterwright.tools.kubernetes.owners.autoscaler import autoscaler
from clusterwright.tools.kubernetes.owners.claim import Claim, Owner, Question
from clusterwright.tools.kubernetes.owners.controller import controller
from clusterwright.tools.kubernetes.owners.gitops import (
    argo_cd,
    cluster_deployment,
    cluster_topology,
    flux,
    k0rdent,
    sveltos,
)
from clusterwright.tools.kubernetes.owners.helm import helm
from clusterwright.tools.kubernetes.owners.node_labels import discovered_labels, machine_labels
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.snapshot import Snapshot

OWNERS: tuple[Owner, ...] = (
    argo_cd,
    cluster_deployment,
    flux,
    k0rdent,
    sveltos,
    cluster_topology,
    machine_labels,
    discovered_labels,
    helm,
    autoscaler,
    controller,
    applied_fields,
)
"""From who decides to who only carries out: the first claim tells where a change belongs."""


def claims(manifest: Manifest, paths: Sequence[Path] | None, around: Snapshot) -> tuple[Claim, ...]:
    """Return who would take back a write to `paths` of an object; None: to all of it."""
    if paths is not None and not paths:
        return ()
    asked = Question(manifest, paths, around)
    found = [claim for owner in OWNERS for claim in owner(asked)]
    return tuple({claim.owner: claim for claim in reversed(found)}.values())[::-1]
