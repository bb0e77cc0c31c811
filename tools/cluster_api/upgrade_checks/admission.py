"""Webhooks of the workload cluster that could refuse what a rollout needs.

While machines are replaced, the pods behind a webhook move as well. One that must answer, and
cannot, keeps new nodes and their pods out.
"""

from collections.abc import Iterator

from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    mapping,
    strings,
    text,
    texts,
)
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_NAME = "webhooks"
_KINDS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_NEEDED = frozenset({"pods", "nodes", "leases", "*", "*/*"})
_SYSTEM = {"kubernetes.io/metadata.name": "kube-system"}


def webhooks(found: Snapshot) -> Iterator[Check]:
    """Yield a check for webhooks that cannot answer, and one for those that judge too much."""
    missing = [kind for kind in _KINDS if not found.was_read(kind)]
    if missing:
        yield unknown(_NAME, f"not read: {', '.join(missing)}")
        return
    closed = [
        (one, hook)
        for kind in _KINDS
        for one in found.of_kind(kind)
        for hook in items(one, "webhooks")
        if text(hook, "failurePolicy") != "Ignore"
    ]
    dead = [(one, hook) for one, hook in closed if _cannot_answer(found, hook)]
    if dead:
        said = f"nothing answers for {quoted(_name(dead[0][1]))}, which must answer"
        todo = "bring the pods behind it back, or remove it"
        yield check(_NAME, Status.BLOCK, said, [Ref.of(one) for one, _ in dead], todo)
    wide = [(one, hook) for one, hook in closed if (one, hook) not in dead and _judges_system(hook)]
    if wide:
        said = f"{quoted(_name(wide[0][1]))} must answer for pods or nodes of kube-system too"
        todo = "leave kube-system out by its namespaceSelector; run it with several replicas"
        yield check(_NAME, Status.WARN, said, [Ref.of(one) for one, _ in wide], todo)
    if not dead and not wide:
        yield passed(_NAME, f"none of {len(closed)} that must answer stands in the way")


def _name(hook: Manifest) -> str:
    return one_line(text(hook, "name"), 120)


def _cannot_answer(found: Snapshot, hook: Manifest) -> bool:
    """Return whether a webhook's Service is not there or has no ready pod behind it."""
    service = mapping(hook, "clientConfig", "service")
    name, namespace = text(service, "name"), text(service, "namespace")
    if not name or not found.was_read("Service") or not found.was_read("Pod"):
        return False
    there = found.get(Ref("Service", name, namespace))
    if there is None:
        return True
    selector = strings(there, "spec", "selector")
    pods = found.selected("Pod", namespace, selector)
    # Without a selector somebody else says what is behind it.
    return bool(selector) and not any(condition(p, "Ready").get("status") == "True" for p in pods)


def _judges_system(hook: Manifest) -> bool:
    selector = mapping(hook, "namespaceSelector")
    resources = {one for rule in items(hook, "rules") for one in texts(rule, "resources")}
    operations = {one for rule in items(hook, "rules") for one in texts(rule, "operations")}
    asks = bool(resources & _NEEDED) and bool(operations & {"CREATE", "UPDATE", "*"})
    if not asks or mapping(hook, "objectSelector"):
        return False
    return "nodes" in resources or matches(selector, _SYSTEM)
