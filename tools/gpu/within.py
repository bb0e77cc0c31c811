"""What of a cluster's GPU problems concerns one namespace: its own, and those of nodes it needs.

A node concerns a namespace whose pods have devices of it, or wait for it. An operator's object is
the cluster's: it concerns a namespace whose pods wait, when it says that all is well. All of it
concerns the namespace that operands are in, by who owns them: their names anybody may give.
"""

from collections.abc import Iterable, Iterator

from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers.false_ready import CODE as FALSE_READY
from clusterwright.tools.gpu.analyzers.operator_state import OPERATORS
from clusterwright.tools.gpu.analyzers.waiting import in_question, takers, waiting
from clusterwright.tools.gpu.estate import DEVICE_CONFIG, Estate
from clusterwright.tools.gpu.vendor import Vendor, vendor_of
from clusterwright.tools.manifest import name_of
from clusterwright.tools.ref import Ref


def within(estate: Estate, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings that concern the namespace that was asked about; all, if none was."""
    whole = {"", *(ref.namespace for ref in estate.operands)}
    nodes = frozenset(_needed(estate))
    for one in findings:
        if estate.namespace in whole or _concerns(estate, one, nodes):
            yield one


def _concerns(estate: Estate, finding: Finding, nodes: frozenset[Ref]) -> bool:
    refs = (finding.subject, *finding.members)
    if any(ref.namespace == estate.namespace for ref in refs):
        return True
    if finding.subject.kind == "Node":
        return not nodes.isdisjoint(refs)
    if finding.subject.kind_key in OPERATORS:
        return finding.code == FALSE_READY and _waits_for(estate, finding.subject)
    return False


def _waits_for(estate: Estate, operator: Ref) -> bool:
    """Return whether a pod waits for devices of the vendor whose operator it is."""
    vendor = Vendor.AMD if operator.kind_key == DEVICE_CONFIG else Vendor.NVIDIA
    return any(vendor_of(key) is vendor for one in waiting(estate) for key in one.asked)


def _needed(estate: Estate) -> Iterator[Ref]:
    wanted = frozenset[str]().union(*map(takers, waiting(estate)))
    for node in estate.nodes:
        name = name_of(node.manifest)
        if name in wanted or any(in_question(estate, pod) for pod in estate.using(name)):
            yield node.ref
