"""What the pods of a workload are called, as patterns that match those that are gone as well.

A pod made from a template is called after its owner, cut to 58 characters, and five more. Source:
k8s.io/apiserver, pkg/storage/names/generate.go; a pod of a StatefulSet has its ordinal instead.
"""

from collections.abc import Sequence

from clusterwright.tools.manifest import Manifest, items, mapping, name_of, text
from clusterwright.tools.prometheus.promql.literals import escaped
from clusterwright.tools.ref import Ref

_LONGEST_STEM = 58
_MADE = "[a-z0-9]{5}"


def either(patterns: Sequence[str]) -> str:
    """Return a pattern that matches what one of them matches."""
    found = list(dict.fromkeys(patterns))
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"


def made_by(*owners: str) -> str:
    """Return the pattern of pods that owners made from their templates."""
    return f"{either([escaped(f'{one}-'[:_LONGEST_STEM]) for one in owners])}{_MADE}"


def named_after(workload: Ref) -> str:
    """Return the pattern of a workload's pods, where nothing but its name is known."""
    name = escaped(workload.name)
    match workload.kind:
        case "StatefulSet":
            return f"{name}-[0-9]+"
        case "DaemonSet" | "ReplicaSet" | "ReplicationController":
            return made_by(workload.name)
        case "Job":
            return f"{name}-(?:[0-9]+-)?{_MADE}"
        case "CronJob":
            return f"{name}-[0-9]+-(?:[0-9]+-)?{_MADE}"
        case "Deployment":
            return f"{name}-[a-z0-9]{{1,10}}-{_MADE}"
        case _:
            return f"{name}-.+"


def claims_of(owner: Manifest) -> str:
    """Return the pattern of the claims that a workload's pods, or a pod, mount; empty if none."""
    spec = mapping(owner, "spec")
    pod = mapping(spec, "template", "spec") or spec
    names = [
        escaped(name)
        for one in items(pod, "volumes")
        if (name := text(one, "persistentVolumeClaim", "claimName"))
    ]
    names += [
        f"{escaped(name)}-{escaped(name_of(owner))}-[0-9]+"
        for one in items(spec, "volumeClaimTemplates")
        if (name := name_of(one))
    ]
    return either(names) if names else ""


def addresses_of(name: str, node: Manifest | None = None) -> str:
    """Return the pattern of a node in `instance`: its name or an address, with or without port."""
    told = [text(one, "address") for one in items(node or {}, "status", "addresses")]
    return f"{either([escaped(one) for one in (name, *filter(None, told))])}(?::[0-9]+)?"
