"""The state of Ingresses and NetworkPolicies: where they are reached, and whom they let through."""

from clusterwright.tools.kubernetes.state.state import State
from clusterwright.tools.manifest import Manifest, items, text, texts

_SHOWN = 3


def ingress_state(ingress: Manifest) -> State:
    """Return the state of an Ingress; one without an address may be served all the same."""
    given = items(ingress, "status", "loadBalancer", "ingress")
    addresses = [text(one, "ip") or text(one, "hostname") for one in given]
    hosts = [text(one, "host") or "*" for one in items(ingress, "spec", "rules")]
    cells = {
        "class": text(ingress, "spec", "ingressClassName"),
        "hosts": ", ".join(dict.fromkeys(hosts)),
        "address": ", ".join(addresses[:_SHOWN]),
        "tls": "yes" if items(ingress, "spec", "tls") else "no",
    }
    return State("HasAddress" if any(addresses) else "NoAddress", well=True, cells=cells)


def policy_state(policy: Manifest) -> State:
    """Return what a NetworkPolicy lets through: none, some or all of what comes in and goes out."""
    words = [
        f"{_share(items(policy, 'spec', field), peers)} {field}"
        for field, peers in (("ingress", "from"), ("egress", "to"))
        if _decides(policy, field)
    ]
    return State(", ".join(words), well=True)


def _decides(policy: Manifest, direction: str) -> bool:
    """Return whether a policy isolates its pods in a direction; by default, ingress.

    Follows NetworkPolicySpec.policyTypes of k8s.io/api, networking/v1.
    """
    types = texts(policy, "spec", "policyTypes")
    if types:
        return direction.capitalize() in types
    return direction == "ingress" or bool(items(policy, "spec", direction))


def _share(rules: list[Manifest], peers: str) -> str:
    if any(not items(rule, "ports") and not items(rule, peers) for rule in rules):
        return "all"
    return "some" if rules else "no"
