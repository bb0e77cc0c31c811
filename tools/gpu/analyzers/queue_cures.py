"""What lets a workload through Kueue: a quota, a flavor, another queue, for their owners to tell.

Quotas and queues say who may use how much: none of it is decided here.
"""

import re
from collections.abc import Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import PLAN, Cure, elsewhere
from clusterwright.tools.gpu.queues.kueue import QUEUE_LABEL
from clusterwright.tools.kubernetes.remedies.remedy import patch
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, legal, owner_of

_TOO_MUCH = re.compile(
    r"quota for (?P<resource>[\w./-]{1,317}) in flavor (?P<flavor>[\w.-]{1,253}),"
    r"[^\n]{0,80}\((?P<wanted>\w{1,20}) > (?P<most>\w{1,20})\)"
)
"""kubernetes-sigs/kueue, pkg/scheduler/flavorassigner; a namespaced flavor has no other form."""
_NO_FLAVORS = re.compile(r"missing ResourceFlavor\(s\): \[?(?P<name>[\w.-]{1,253}\w)")
_SUSPENDED = frozenset({"Job"})
"""Kinds whose label may be changed while they are suspended, as Kueue keeps them."""


def more_quota(queue: Manifest | None, said: str, say: str) -> Cure:
    """Return a larger quota in a ClusterQueue, of the flavor and resource that Kueue names."""
    found = _TOO_MUCH.search(said)
    field = _quota(queue, found["flavor"], found["resource"]) if queue and found else ""
    if queue is None or found is None or not field:
        return Cure(say)
    wanted, most = found["wanted"], found["most"]
    resource = found["resource"]
    question = f"how much {resource} the queue may give; it has {most}, and {wanted} is asked for"
    return elsewhere(say, PLAN, patch(Ref.of(queue), {field: ask(question)}))


def _quota(queue: Manifest, flavor: str, resource: str) -> str:
    """Return where a quota stands; empty where the queue has no such one."""
    for place, group in enumerate(items(queue, "spec", "resourceGroups")):
        for one in items(group, "flavors"):
            names = [text(each, "name") for each in items(one, "resources")]
            if text(one, "name") == flavor and resource in names:
                inner = f"flavors[name={flavor}].resources[name={resource}].nominalQuota"
                return f"spec.resourceGroups[{place}].{inner}"
    return ""


def missing_flavor(queue: Manifest, said: str, say: str) -> Cure:
    """Return the ResourceFlavor that a queue names; which nodes it stands for is asked."""
    found = _NO_FLAVORS.search(said)
    if found is None or legal("ResourceFlavor", found["name"], "", "") is None:
        return Cure(say)
    name = found["name"]
    labels = {ask(f"the label of the nodes that flavor {name} stands for"): ask("its value")}
    manifest: Manifest = {
        "apiVersion": queue["apiVersion"],
        "kind": "ResourceFlavor",
        "metadata": {"name": name},
        "spec": {"nodeLabels": labels},
    }
    made: Manifest = {"kind": "apply", "manifest": manifest}
    return elsewhere(f"Make ResourceFlavor {name}", PLAN, made)


def admitting(queue: Manifest, say: str) -> Cure:
    """Return that a queue which somebody stopped admits again, if that is wanted."""
    now = word(text(queue, "spec", "stopPolicy") or "not set")
    wanted = ask(f"None, if it is to admit again; somebody has set {now}")
    return elsewhere(say, PLAN, patch(Ref.of(queue), {"spec.stopPolicy": wanted}))


def other_queue(workload: Manifest, say: str, near: str, known: Sequence[str]) -> Cure:
    """Return another LocalQueue for the Job that a workload stands for."""
    owner = owner_of(workload)
    if owner is None or owner.kind not in _SUSPENDED or owner.group:
        return Cure(say)
    there = word(near) if near else few([word(one) for one in sorted(known)], 4)
    question = f"the LocalQueue whose quota it may use; in its namespace there is {there}"
    change = patch(owner, {f"metadata.labels['{QUEUE_LABEL}']": ask(question)})
    return elsewhere(say, PLAN, change)


def active_again(workload: Manifest, say: str) -> Cure:
    """Return that a workload which Kueue gave up is tried again, once somebody says so."""
    wanted = ask("true, once what it was evicted for is repaired")
    return elsewhere(say, PLAN, patch(Ref.of(workload), {"spec.active": wanted}))
