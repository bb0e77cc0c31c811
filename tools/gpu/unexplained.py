"""What keeps pods from GPUs and is no problem of GPUs: said, so that its silence misleads nobody.

Taints, CPU, volumes, nodes that are not ready: the matter of other tools, which are named.
"""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers.dra import drivers_of, named_by, waiting_by_claims
from clusterwright.tools.gpu.analyzers.dra_devices import TAINTED
from clusterwright.tools.gpu.analyzers.none_free import repaired
from clusterwright.tools.gpu.analyzers.waiting import Waiting, unplaced, waiting
from clusterwright.tools.gpu.counted import closed
from clusterwright.tools.gpu.estate import DRIVERS, Estate
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

_SHOWN = 3


def unexplained(estate: Estate, findings: Sequence[Finding]) -> Iterator[Gap]:
    """Yield the pods that wait for none of the problems found, and the nodes that take no pods."""
    named = frozenset(_named(findings))
    rest = [ref for one in waiting(estate) if not _told(one, named) for ref in one.pods]
    claiming = list(_claiming(estate))
    if not any(one.code == TAINTED for one in findings):  # which names only some of them
        rest += [Ref.of(pod) for pod in claiming if named.isdisjoint(_of_pod(estate, pod))]
    if rest:
        first = min(rest, key=str)
        more = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
        ask = f"gpu_explain_fit pod={first.namespace}/{first.name}"
        why = f"waiting for GPUs, for none of these problems: {ask}"
        yield Gap(what=f"{first}{more}", reason=why)
    vendors = {vendor_of(key) for one in waiting(estate) for key in one.asked}
    shut: dict[str, list[Ref]] = {"NotReady": [], "Cordoned": []}
    for node in estate.nodes:
        why = closed(node.manifest)
        if why and (claiming or node.vendor in vendors):
            shut[why].append(node.ref)
    for why, refs in shut.items():
        if refs:
            reason = f"{why}, and pods wait for GPUs: see k8s_find_problems"
            yield Gap(what=few(list(map(str, refs)), _SHOWN), reason=reason)


def _named(findings: Iterable[Finding]) -> Iterator[Ref]:
    for one in findings:
        yield one.subject
        yield from one.members
        for relation in one.relations:
            yield from (relation.source, relation.target)


def _told(one: Waiting, named: frozenset[Ref]) -> bool:
    """Return whether a finding tells why pods wait: one of theirs, or of a node they wait for."""
    return not named.isdisjoint({one.case.subject, *one.pods}) or repaired(one)


def _of_pod(estate: Estate, pod: Manifest) -> set[Ref]:
    return {Ref.of(pod), workload_of(estate, pod), *named_by(pod)}


def _claiming(estate: Estate) -> Iterator[Manifest]:
    """Yield the pods that claim GPUs, and that the scheduler has looked at in vain."""
    looked = {id(pod) for pod in unplaced(estate)}
    for pod in waiting_by_claims(estate):
        if id(pod) in looked and drivers_of(estate, pod) & DRIVERS:
            yield pod
