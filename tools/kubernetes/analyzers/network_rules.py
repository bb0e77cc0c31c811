"""What NetworkPolicies say about one pod that wants to reach another; nothing is sent to try."""

from collections.abc import Iterable

from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    namespace_of,
    number,
    text,
    texts,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def guarding(snapshot: Snapshot, pod: Manifest) -> list[Manifest]:
    """Return the policies that decide what may reach a pod; without any, everything may.

    They say nothing of a pod that is in the network of its node.
    """
    if truth(pod, "spec", "hostNetwork"):
        return []
    return [
        policy
        for policy in snapshot.in_namespace("NetworkPolicy", namespace_of(pod))
        if "Ingress" in (texts(policy, "spec", "policyTypes") or ["Ingress"])
        and matches(mapping(policy, "spec", "podSelector"), labels_of(pod))
    ]


def lets_in(
    snapshot: Snapshot,
    policies: Iterable[Manifest],
    client: Manifest,
    server: Manifest,
    port: Manifest,
) -> bool:
    """Return whether a rule of the policies lets a client reach the port of a Service at a server.

    What cannot be known counts in its favour: a block of addresses is taken to include the client,
    a namespace that was not read to have the labels, and a port that the server does not declare
    under the name that the Service gives is a fault of another kind.
    """
    wanted, protocol = number_at(server, target_of(port)), _protocol(port)
    return wanted is None or any(
        _names_port(rule, server, wanted, protocol) and _names_peer(snapshot, rule, client, server)
        for policy in policies
        for rule in items(policy, "spec", "ingress")
    )


def target_of(port: Manifest) -> Json:
    """Return the number or the name at which pods get the traffic of a Service's port."""
    return dig(port, "targetPort") or number(port, "port")


def number_at(server: Manifest, port: Json) -> int | None:
    """Return the number of a port of a pod; None for a name that it does not declare."""
    if isinstance(port, int):
        return port
    if isinstance(port, str) and port.isdigit():
        return int(port)
    declared = (
        one
        for field in ("containers", "initContainers")
        for container in items(server, "spec", field)
        for one in items(container, "ports")
    )
    found = (number(one, "containerPort") for one in declared if one.get("name") == port)
    return next(found, None)


def _protocol(port: Manifest) -> str:
    return text(port, "protocol") or "TCP"


def _names_port(rule: Manifest, server: Manifest, wanted: int, protocol: str) -> bool:
    ports = items(rule, "ports")
    return not ports or any(_is_port(one, server, wanted, protocol) for one in ports)


def _is_port(one: Manifest, server: Manifest, wanted: int, protocol: str) -> bool:
    if _protocol(one) != protocol:
        return False
    if dig(one, "port") is None:
        return True
    first = number_at(server, dig(one, "port"))
    return first is not None and first <= wanted <= max(first, number(one, "endPort"))


def _names_peer(snapshot: Snapshot, rule: Manifest, client: Manifest, server: Manifest) -> bool:
    peers = items(rule, "from")
    return not peers or any(_is_peer(snapshot, one, client, server) for one in peers)


def _is_peer(snapshot: Snapshot, peer: Manifest, client: Manifest, server: Manifest) -> bool:
    if "ipBlock" in peer:
        return True
    if "namespaceSelector" in peer:
        home = snapshot.get(Ref("Namespace", namespace_of(client)))
        if home is not None and not matches(peer["namespaceSelector"], labels_of(home)):
            return False
    elif namespace_of(client) != namespace_of(server):
        return False
    return matches(mapping(peer, "podSelector"), labels_of(client))
