"""Pods that tolerate no node which they may run on otherwise."""

from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.kubernetes.analyzers.capacity import Nodes
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.node_match import CORDONED, repelling
from clusterwright.tools.ref import Ref

CODE = "pod/untolerated-taint"

_SHOWN = 3
_CONDITIONS = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
"""Taints that the control plane puts on a node for its conditions, and takes away with them."""


def untolerated(case: Case, nodes: Nodes, message: str) -> Finding | None:
    """Return a finding when taints keep the pod from every node that its selector allows."""
    fitting = nodes.fitting(case.pod)
    taints = [repelling(case.pod, node) for node in fitting]
    if not fitting or not all(taints):
        return None
    names = list(dict.fromkeys(taint for one in taints for taint in one))
    shown = ", ".join(names[:_SHOWN])
    if all(name.startswith(CORDONED) for name in names):
        sentence = "Every node that fits is cordoned"
        fix = "Uncordon a node that fits, or add one."
    elif all(name.startswith(_CONDITIONS) for name in names):
        sentence = f"Every node that fits is out of service: {shown}"
        fix = "Repair a node that fits; the taint goes when the node is well again."
    else:
        sentence = f"Every node that fits has a taint that the pod does not tolerate: {shown}"
        fix = f"Add a toleration of {names[0]} to the pod, or remove the taint from a node."
    evidence = (case.field("$.status.conditions[?(@.type=='PodScheduled')].message", message),)
    wanted = tuple(
        Relation(source=case.subject, edge=Edge.REQUESTS, target=Ref.of(node))
        for node in fitting[:_SHOWN]
    )
    return case.finding(CODE, sentence, evidence, fixes=(fix,), relations=wanted)
