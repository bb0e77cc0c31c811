"""NetworkPolicies that keep a client out: one more rule, for just that client and port."""

from collections.abc import Iterator

from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Remedy
from clusterwright.tools.kubernetes.analyzers.network_rules import target_of
from clusterwright.tools.kubernetes.remedies.remedy import patch
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    items,
    labels_of,
    namespace_of,
    number,
    strings,
    text,
)
from clusterwright.tools.snapshot import Snapshot

_GENERATED = ("pod-template-hash", "controller-revision-hash", "statefulset.kubernetes.io/pod-name")


def one_more_rule(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield a rule that admits the pods of the client to the ports that it wants, and no others."""
    policy = snapshot.get(finding.subject)
    routes = [one for one in finding.relations if one.edge is Edge.ROUTES_TO]
    wished = next((one for one in finding.evidence if isinstance(one, FieldEvidence)), None)
    client = snapshot.get(wished.ref) if wished else None
    service = snapshot.get(routes[0].target) if routes else None
    if policy is None or client is None or service is None:
        return
    labels = {k: v for k, v in labels_of(client).items() if k not in _GENERATED}
    if not labels:
        return
    peer: Manifest = {"podSelector": {"matchLabels": labels}}
    if namespace_of(client) != namespace_of(policy):
        name = {"kubernetes.io/metadata.name": namespace_of(client)}
        peer["namespaceSelector"] = {"matchLabels": name}
    ports: list[Json] = [
        {"port": target_of(one), "protocol": text(one, "protocol") or "TCP"}
        for one in items(service, "spec", "ports")
        if number(one, "port")
    ]
    rule = {"from": [peer], "ports": ports}
    rules = [*items(policy, "spec", "ingress"), rule]
    who = ", ".join(f"{k}={v}" for k, v in strings(peer, "podSelector", "matchLabels").items())
    yield Remedy(
        say=f"let pods with {who} in",
        changes=(patch(finding.subject, {"spec.ingress": rules}),),
    )
