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
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def guarding(snapshot: Snapshot, pod: Manifest) -> list[Manifest]:
    """Return the policies that decide what may reach a pod; without any, everything may."""
    return [
        policy
        for policy in snapshot.in_namespace("NetworkPolicy", namespace_of(pod))
        if "Ingress" in (texts(policy, "spec", "policyTypes") or ["Ingress"])
        and matches(mapping(policy, "spec", "podSelector"), labels_of(pod))
    ]


def lets_in(
    snapshot: Snapshot, policies: Iterable[Manifest], client: Manifest, server: Manifest, port: Json
) -> bool:
    """Return whether a rule of the policies lets a client reach a port of a server by TCP.

    `port` is a number, or the name of a port of the server. A block of addresses is taken to
    include the client: which address it has next is not known.
    """
    return any(
        _names_port(rule, port, server) and _names_peer(snapshot, rule, client, server)
        for policy in policies
        for rule in items(policy, "spec", "ingress")
    )


def _names_port(rule: Manifest, port: Json, server: Manifest) -> bool:
    ports = items(rule, "ports")
    wanted = _number(port, server)
    return not ports or any(_is_port(one, wanted, server) for one in ports)


def _is_port(one: Manifest, wanted: int, server: Manifest) -> bool:
    if text(one, "protocol") not in {"", "TCP"}:
        return False
    if dig(one, "port") is None:
        return True
    first = _number(dig(one, "port"), server)
    return first <= wanted <= max(first, number(one, "endPort"))


def _number(port: Json, server: Manifest) -> int:
    """Return the number of a port of a pod; 0 for a name that it does not have."""
    if isinstance(port, int):
        return port
    declared = (one for c in items(server, "spec", "containers") for one in items(c, "ports"))
    return next((number(one, "containerPort") for one in declared if one.get("name") == port), 0)


def _names_peer(snapshot: Snapshot, rule: Manifest, client: Manifest, server: Manifest) -> bool:
    peers = items(rule, "from")
    return not peers or any(_is_peer(snapshot, one, client, server) for one in peers)


def _is_peer(snapshot: Snapshot, peer: Manifest, client: Manifest, server: Manifest) -> bool:
    if "ipBlock" in peer:
        return True
    if "namespaceSelector" in peer:
        home = snapshot.get(Ref("Namespace", namespace_of(client)))
        if home is None or not matches(peer["namespaceSelector"], labels_of(home)):
            return False
    elif namespace_of(client) != namespace_of(server):
        return False
    return matches(mapping(peer, "podSelector"), labels_of(client))
