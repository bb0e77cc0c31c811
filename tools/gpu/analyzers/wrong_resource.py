"""Pods that ask for a resource which no node has, beside one that nodes have."""

from collections.abc import Collection

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.pod_cures import other_resource
from clusterwright.tools.gpu.analyzers.waiting import Waiting
from clusterwright.tools.gpu.device_kind import is_for_machines
from clusterwright.tools.gpu.dra.claims import mapped
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.gpu.workload import suits
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/wrong-resource"
_MIG = "nvidia.com/mig-"


def suspect(one: Waiting) -> Finding | None:
    """Return a finding when a resource is offered nowhere, and would not be after repairs."""
    have = offered(one.estate)
    for resource, amount in one.asked.items():
        if resource in have or not have or _comes(one.estate, resource):
            continue
        if resource.startswith(_MIG) or _split(resource, have):
            continue  # which is a question of how devices are split
        near = nearest(resource, have)
        others = near or few(sorted(have), 3)
        sentence = f'No node has "{word(resource)}"; nodes have {others}'
        instead = f"Ask for {near} instead" if near else "Ask for a resource that nodes have"
        say = f"{instead}, in place of {amount} {word(resource)}"
        known = (near, *sorted(have - {near})) if near else sorted(have)
        return one.finding(CODE, sentence, resource, other_resource(one, resource, say, known))
    return None


def offered(estate: Estate) -> frozenset[str]:
    """Return the resources that nodes have, or say that they have."""
    return estate.derived(_offered)


def _offered(snapshot: Snapshot) -> frozenset[str]:
    estate = estate_of(snapshot)
    found = frozenset(key for node in estate.nodes for key, n in node.capacity.items() if n)
    return found | {one for one in estate.derived(mapped) if vendor_of(one)}


def _comes(estate: Estate, resource: str) -> bool:
    """Return whether a node is to have it, once it is well."""
    vendor = vendor_of(resource)
    if is_for_machines(resource):
        # Which devices a node for virtual machines has, is told once what makes them works.
        ill = (node for node in estate.nodes if node.ref in broken(estate))
        return any(suits(node.workload, resource) for node in ill)
    if vendor is None or resource != f"{vendor}/gpu":
        return False
    return any(
        node.vendor is vendor and (node.ref in broken(estate) or not node.capacity)
        for node in estate.nodes
    )


def _split(resource: str, have: Collection[str]) -> bool:
    return resource == "nvidia.com/gpu" and any(one.startswith(_MIG) for one in have)
