"""NetworkPolicies that keep a workload out of a Service which its own settings name.

Concluded from objects alone: that the workload wants in is told by its settings, and that the
policies are enforced is up to the cluster's network plugin.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.network_rules import guarding, lets_in, target_of
from clusterwright.tools.kubernetes.analyzers.network_wish import Wish, wishes
from clusterwright.tools.kubernetes.analyzers.pod import age, title, workload_of
from clusterwright.tools.kubernetes.analyzers.service import (
    KINDS,
    is_headless,
    selected_pods,
    selecting,
)
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    items,
    name_of,
    number,
    strings,
    text,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "networkpolicy/blocks-service"

_APPLYING = timedelta(seconds=10)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    if not snapshot.of_kind("NetworkPolicy"):
        return
    guarded = {Ref.of(one): one for one in selecting(snapshot) if _is_guarded(snapshot, one)}
    if not guarded:
        return
    for pod in _one_of_each_workload(snapshot):
        for ref, wish in wishes(pod, guarded):
            finding = _refused(snapshot, guarded[ref], wish)
            if finding is not None:
                yield Suspicion(finding)


def _is_guarded(snapshot: Snapshot, service: Manifest) -> bool:
    return any(guarding(snapshot, pod) for pod in selected_pods(snapshot, service)[:1])


def _one_of_each_workload(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield a pod of each workload; not those that leave with the address of their node."""
    seen: set[Ref] = set()
    for pod in snapshot.of_kind("Pod"):
        owner = (snapshot.owners(pod) or [Ref.of(pod)])[0]
        lives = text(pod, "status", "phase") in {"Running", "Pending"}
        if owner not in seen and lives and not truth(pod, "spec", "hostNetwork"):
            seen.add(owner)
            yield pod


def _refused(snapshot: Snapshot, service: Manifest, wish: Wish) -> Finding | None:
    """Return a finding when no port that is wanted lets the client in, at none of the pods."""
    servers, ports = selected_pods(snapshot, service), _wanted(service, wish)
    if wish.client in servers or not servers or not ports:
        return None
    for server in servers:
        policies = guarding(snapshot, server)
        if not policies or any(age(snapshot, one) < _APPLYING for one in policies):
            return None
        if any(lets_in(snapshot, policies, wish.client, server, port) for port in ports):
            return None
    return _finding(snapshot, service, ports, wish)


def _wanted(service: Manifest, wish: Wish) -> list[Manifest]:
    """Return the ports of a Service that a client may mean: the one that it names, or all."""
    ports = items(service, "spec", "ports")
    if wish.port and is_headless(service):
        return [{"port": wish.port}]  # clients go to the pods themselves
    return [one for one in ports if wish.port in {None, number(one, "port")}]


def _finding(snapshot: Snapshot, service: Manifest, wanted: list[Manifest], wish: Wish) -> Finding:
    policies = guarding(snapshot, selected_pods(snapshot, service)[0])
    # The one that lets somebody in, if any: what denies by default does so on purpose.
    policy = min(policies, key=lambda one: (not items(one, "spec", "ingress"), name_of(one)))
    ref, client = Ref.of(policy), workload_of(snapshot, wish.client)
    ports = ", ".join(str(target_of(one)) for one in wanted)
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=title(
            f"No policy lets {client.kind} {client.name} reach port {ports} of Service"
            f" {name_of(service)}, which its settings name"
        ),
        evidence=(
            FieldEvidence(ref=Ref.of(wish.client), path=wish.path, value=wish.value),
            FieldEvidence(ref=ref, path="$.spec.ingress", value=_rules(policy)),
        ),
        since=instant(policy, "metadata", "creationTimestamp"),
        relations=(
            Relation(source=Ref.of(service), edge=Edge.LIMITED_BY, target=ref),
            Relation(source=client, edge=Edge.ROUTES_TO, target=Ref.of(service)),
        ),
        concluded=True,
        fixes=(
            f"Add a rule to NetworkPolicy {ref.name} that lets the pods of {client.kind}"
            f" {client.name} reach port {ports}.",
        ),
    )


def _rules(policy: Manifest) -> str:
    """Return what a policy lets in, in a few words."""
    rules = items(policy, "spec", "ingress")
    return "; ".join(_rule(one) for one in rules) or "nothing"


def _rule(rule: Manifest) -> str:
    ports = ", ".join(str(dig(one, "port")) for one in items(rule, "ports")) or "any port"
    return f"{ports} from {_peers(items(rule, 'from'))}"


def _peers(peers: list[Manifest]) -> str:
    told = [
        "addresses"
        if "ipBlock" in one
        else ", ".join(
            f"{key}={value}"
            for field in ("namespaceSelector", "podSelector")
            for key, value in strings(one, field, "matchLabels").items()
        )
        or "all pods"
        for one in peers
    ]
    return " or ".join(told) or "anywhere"


NETWORK_POLICY = Analyzer(
    "network-policy", (CODE,), (*KINDS, "NetworkPolicy", "Namespace"), _detect
)
