"""NetworkPolicies that keep Prometheus out of pods which it is to scrape.

Concluded from objects: that a scrape is not answered is measured, and that policies are enforced is
up to the cluster's network plugin.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.network_rules import (
    guarding,
    lets_in,
    spelled_rules,
)
from clusterwright.tools.manifest import Manifest, items, name_of
from clusterwright.tools.prometheus.analyzers.about import about, said
from clusterwright.tools.prometheus.analyzers.server import made_for
from clusterwright.tools.prometheus.analyzers.target_down import lasting, pool_ref
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.scraping.scrape_error import why
from clusterwright.tools.prometheus.scraping.subject import subject
from clusterwright.tools.prometheus.scraping.target import Target
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

CODE = "networkpolicy/blocks-scrape"
_UNANSWERED = frozenset({"timeout", "unreachable"})
"""How it looks when packets are dropped, or rejected."""
_MEMBERS = 50


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    client = next(_clients(estate), None)
    if client is None or not estate.of_kind("NetworkPolicy"):
        return
    kept_out: dict[tuple[Ref, Ref, int], list[tuple[Target, Ref]]] = defaultdict(list)
    for target in lasting(estate):
        ref = subject(target.discovered)
        pod = estate.get(ref) if ref and ref.kind == "Pod" else None
        port = target.discovered.get("__address__", "").rpartition(":")[2]
        if ref and pod and port.isdecimal() and why(target.error).cause in _UNANSWERED:
            policies = guarding(estate, pod)
            if policies and not lets_in(estate, policies, client, pod, {"port": int(port)}):
                key = (_chosen(policies), pool_ref(estate, target.pool), int(port))
                kept_out[key].append((target, ref))
    for (policy, of, port), found in kept_out.items():
        yield Suspicion(_finding(estate, policy, of, port, found))


def _clients(estate: Estate) -> Iterator[Manifest]:
    """Yield the pods of the Prometheus, where its object tells which they are."""
    sets = {one.source for one in made_for(estate, estate.server)}
    for pod in estate.in_namespace("Pod", estate.server.namespace):
        if owner_of(pod) in sets:
            yield pod


def _chosen(policies: list[Manifest]) -> Ref:
    """Return the policy that lets somebody in, if any: what denies by default means to."""
    return Ref.of(min(policies, key=lambda one: (not items(one, "spec", "ingress"), name_of(one))))


def _finding(
    estate: Estate, policy: Ref, of: Ref, port: int, found: list[tuple[Target, Ref]]
) -> Finding:
    first, _ = found[0]
    path = f"$.activeTargets[?(@.scrapePool=='{first.pool}')].lastError"
    return about(
        CODE,
        policy,
        f"No policy lets Prometheus reach port {port} of the pods that {of.kind} {of.name} scrapes",
        (
            said(policy, "$.spec.ingress", spelled_rules(estate.get(policy) or {})),
            said(estate.server, path, first.error),
        ),
        f"Add a rule to NetworkPolicy {policy.name} that lets the pods of {estate.server.name} in"
        f" namespace {estate.server.namespace} reach port {port}.",
        severity=Severity.WARNING,
        members=tuple(dict.fromkeys(ref for _, ref in found))[:_MEMBERS],
        relations=(Relation(source=of, edge=Edge.LIMITED_BY, target=policy),),
        concluded=True,
    )


SCRAPE_POLICY = Analyzer(
    "scrape-policy", (CODE,), ("NetworkPolicy", "Namespace", "Pod", "StatefulSet"), _detect
)
