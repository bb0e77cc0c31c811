"""Pods that fit no node: the label that is nearly right, the toleration that is missing."""

import re
from collections.abc import Iterator

from clusterwright.tools.finding import Edge, Finding, Remedy, ask
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.node_match import (
    CORDONED,
    repelling,
    tolerating,
    untolerated,
)
from clusterwright.tools.kubernetes.remedies.remedy import field_evidence, in_template, patch
from clusterwright.tools.manifest import Manifest, items, labels_of, mapping, strings
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_SELECTOR = re.compile(r"\$\.spec\.nodeSelector\['(?P<key>[^']+)'\]\Z")
_OF_POOLS = re.compile(
    r"karpenter\.|eks\.amazonaws\.com/|cloud\.google\.com/|kubernetes\.azure\.com/|agentpool$"
    r"|kubernetes\.io/|k8s\.io/"
)
"""Labels that come with a node from whoever makes it; nobody else should put them on one."""


def node_selector(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the nearest value that nodes have; else that label for the nodes that nearly fit."""
    evidence = field_evidence(finding, "']")
    found = _SELECTOR.match(evidence.path) if evidence else None
    if evidence is None or found is None:
        return
    key, nodes = found["key"], snapshot.of_kind("Node")
    values = {labels_of(one)[key] for one in nodes if key in labels_of(one)}
    near = nearest(evidence.value, values)
    field = in_template(finding.subject, evidence.path)
    if near and field:
        yield Remedy(
            say=f"select nodes with {key}={near}", changes=(patch(finding.subject, {field: near}),)
        )
        meant = [one for one in nodes if labels_of(one).get(key) == near]
        if not _OF_POOLS.search(key) and len(meant) == 1:
            label = {f"metadata.labels['{key}']": evidence.value}
            yield Remedy(
                say=f"label {Ref.of(meant[0])} with {key}={evidence.value}",
                changes=(patch(Ref.of(meant[0]), label),),
            )
        return
    if field:
        yield Remedy(
            say="select nodes that exist",
            changes=(patch(finding.subject, {field: ask(f"which value of {key} nodes have")}),),
        )


def toleration(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the toleration of the taint that all fitting nodes have; uncordoned nodes first."""
    pod = next((one for ref in finding.members if (one := snapshot.get(ref))), None)
    wanted = [one.target for one in finding.relations if one.edge is Edge.REQUESTS]
    nodes = [one for ref in wanted if (one := snapshot.get(ref))]
    if pod is None or not nodes:
        return
    taints = repelling(pod, nodes[0])
    if all(one.startswith(CORDONED) for one in taints):
        change: Manifest = {"kind": "uncordon", "object": str(Ref.of(nodes[0]))}
        yield Remedy(say=f"let {Ref.of(nodes[0])} take pods again", changes=(change,))
        return
    field = in_template(finding.subject, "$.spec.tolerations")
    workload = snapshot.get(finding.subject)
    if field is None or workload is None or any("kubernetes.io/" in one for one in taints):
        return
    template = mapping(workload, *field.split(".")[:-1])
    added = [tolerating(one) for one in untolerated(pod, nodes[0])]
    tolerations = [*items(template, "tolerations"), *added]
    named = ", ".join(taints)
    # A taint keeps pods away on purpose; these ask for such nodes by name or by resource.
    if strings(template, "nodeSelector") or _asks_for_devices(template):
        yield Remedy(
            say=f"tolerate {named}", changes=(patch(finding.subject, {field: tolerations}),)
        )
    else:
        said = ask(f"whether it may run on nodes that {named} keeps others away from")
        yield Remedy(say=f"tolerate {named}", changes=(patch(finding.subject, {field: said}),))


def _asks_for_devices(template: Manifest) -> bool:
    """Return whether a container asks for an extended resource, as nvidia.com/gpu."""
    return any(
        "/" in name
        for container in items(template, "containers")
        for name in mapping(container, "resources", "limits")
    )
