"""Labels of nodes that somebody keeps: Cluster API from the Machine, discovery from the hardware.

Cluster API says which labels it took over (cluster-api, api/core/v1beta2), and takes those of some
domains in any case; node feature discovery lists its own in an annotation
(kubernetes-sigs/node-feature-discovery, api/nfd/v1alpha1), those of the vendors' included.
"""

from collections.abc import Iterator

from clusterwright.tools.field_path import Path
from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.kubernetes.owners.machine import CAPI, MACHINE, origin_of
from clusterwright.tools.manifest import Manifest, strings, text
from clusterwright.tools.quotation import word

_FROM_MACHINE = f"{CAPI}/labels-from-machine"
_SYNCED = ("node-role.kubernetes.io", "node-restriction.kubernetes.io", f"node.{CAPI}")
"""Domains whose labels Cluster API always takes from the Machine, those below the last two as well.

Source: cluster-api, internal/contract/labels (ManagedNodeLabelDomain and its kin).
"""
_FOUND = "nfd.node.kubernetes.io/feature-labels"
_FEATURES = "feature.node.kubernetes.io"


def machine_labels(asked: Question) -> Iterator[Claim]:
    """Yield the Machine of a node, for a label that Cluster API keeps as the Machine has it."""
    origin = origin_of(asked.manifest)
    if not origin.machine:
        return
    taken = _listed(_marks(asked), _FROM_MACHINE)
    for label in _labels(asked):
        domain = label.rpartition("/")[0]
        if label not in taken and not is_synced(domain):
            continue
        kind = word(origin.owner_kind or "Machine")
        owner = f"{kind} {word(origin.owner or origin.machine)}"
        cluster = word(origin.cluster)
        yield Claim(
            owner=f"Machine {word(origin.machine)} of Cluster API",
            shown_by=f"annotation {_FROM_MACHINE if label in taken else MACHINE}",
            where=f"the labels of the machine's template ({owner} of Cluster {cluster}), on the"
            " management cluster",
            server="cluster_api",
        )


def discovered_labels(asked: Question) -> Iterator[Claim]:
    """Yield node feature discovery, for a label that it has found."""
    found = _listed(_marks(asked), _FOUND)
    for label in _labels(asked):
        short = label.removeprefix(f"{_FEATURES}/")
        if label not in found and short not in found:
            continue
        yield Claim(
            owner="node feature discovery",
            shown_by=f"annotation {_FOUND}",
            where="what it reads: the hardware, a NodeFeatureRule, or a file of the node's"
            " features.d",
            server="kubernetes",
        )


def _labels(asked: Question) -> list[str]:
    """Return the labels of a node that would be written."""
    if text(asked.manifest, "kind") != "Node":
        return []
    return [label for path in asked.marks if (label := _label(path))]


def _label(path: Path) -> str:
    field, rest = path[:2], path[2:]
    return str(rest[0]) if rest and field == ("metadata", "labels") else ""


def _marks(asked: Question) -> dict[str, str]:
    return strings(asked.manifest, "metadata", "annotations")


def _listed(marks: Manifest, key: str) -> frozenset[str]:
    return frozenset(str(marks.get(key, "")).split(","))


def is_synced(domain: str) -> bool:
    """Return whether Cluster API takes the labels of a domain from the Machine in any case."""
    return domain in _SYNCED or domain.endswith(tuple(f".{one}" for one in _SYNCED[1:]))
