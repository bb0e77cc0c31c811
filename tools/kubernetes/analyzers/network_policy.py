"""NetworkPolicies that keep a workload out of a Service which its own settings name.

Concluded from objects alone: that the workload wants in is told by its settings, and that the
policies are enforced is up to the cluster's network plugin.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.network_rules import guarding, lets_in
from clusterwright.tools.kubernetes.analyzers.pod import age, title, workload_of
from clusterwright.tools.kubernetes.analyzers.service import KINDS, selected_pods, selecting
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    instant,
    items,
    name_of,
    namespace_of,
    number,
    strings,
    text,
    texts,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "networkpolicy/blocks-service"

_APPLYING = timedelta(seconds=10)
_HOST = re.compile(
    r"(?<![\w.-])(?P<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?:\.(?P<namespace>[a-z0-9-]{1,63}))?(?:\.svc)?(?:\.cluster\.local\.?)?(?![\w-])"
)
_CALLED_HOST = re.compile(r"(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|ENDPOINT|URL)'\)\]\.value$", re.I)
_LONGEST = 500
"""Characters of a setting in which a host is looked for."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A pod whose settings name a Service, and where they do."""

    client: Manifest
    path: str
    value: str


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    if not snapshot.of_kind("NetworkPolicy"):
        return
    guarded = {Ref.of(one): one for one in selecting(snapshot) if _is_guarded(snapshot, one)}
    if not guarded:
        return
    for pod in _one_of_each_workload(snapshot):
        for ref, wish in _wishes(pod, guarded):
            finding = _refused(snapshot, guarded[ref], wish)
            if finding is not None:
                yield Suspicion(finding)


def _is_guarded(snapshot: Snapshot, service: Manifest) -> bool:
    return any(guarding(snapshot, pod) for pod in selected_pods(snapshot, service)[:1])


def _one_of_each_workload(snapshot: Snapshot) -> Iterator[Manifest]:
    seen: set[Ref] = set()
    for pod in snapshot.of_kind("Pod"):
        owner = (snapshot.owners(pod) or [Ref.of(pod)])[0]
        if owner not in seen and text(pod, "status", "phase") in {"Running", "Pending"}:
            seen.add(owner)
            yield pod


def _wishes(pod: Manifest, services: dict[Ref, Manifest]) -> Iterator[tuple[Ref, _Wish]]:
    """Yield the guarded Services that a pod's settings name, each once."""
    home, seen = namespace_of(pod), set[Ref]()
    for path, value in _settings(pod):
        for found in _HOST.finditer(value[:_LONGEST]):
            ref = Ref("Service", found["name"], found["namespace"] or home)
            if ref in services and ref not in seen and _is_host(path, value, found["name"]):
                seen.add(ref)
                yield ref, _Wish(pod, path, value)


def _is_host(path: str, value: str, name: str) -> bool:
    """Return whether a name stands where a host does.

    That is in an address, before a port, before its namespace; alone, only in a variable that is
    called after a host: `APP=cart` names an application.
    """
    if value == name:
        return bool(_CALLED_HOST.search(path))
    return any(f"{sign}{name}" in value for sign in ("//", "@")) or bool(
        re.search(rf"(?<![\w.-]){name}(?::\d{{2,5}}\b|\.[a-z0-9-]+)", value)
    )


def _settings(pod: Manifest) -> Iterator[tuple[str, str]]:
    for container in items(pod, "spec", "containers"):
        base = f"$.spec.containers[?(@.name=='{text(container, 'name')}')]"
        for variable in items(container, "env"):
            if value := text(variable, "value"):
                yield f"{base}.env[?(@.name=='{text(variable, 'name')}')].value", value
        for field in ("command", "args"):
            for i, word in enumerate(texts(container, field)):
                yield f"{base}.{field}[{i}]", word


def _refused(snapshot: Snapshot, service: Manifest, wish: _Wish) -> Finding | None:
    """Return a finding when no port of the Service lets the client in, at none of its pods."""
    servers = selected_pods(snapshot, service)
    if wish.client in servers:
        return None
    for server in servers:
        policies = guarding(snapshot, server)
        if not policies or any(age(snapshot, one) < _APPLYING for one in policies):
            return None
        if any(
            lets_in(snapshot, policies, wish.client, server, _target(port))
            for port in items(service, "spec", "ports")
        ):
            return None
    if not servers:
        return None
    return _finding(snapshot, service, guarding(snapshot, servers[0]), wish)


def _target(port: Manifest) -> Json:
    return dig(port, "targetPort") or number(port, "port")


def _finding(
    snapshot: Snapshot, service: Manifest, policies: list[Manifest], wish: _Wish
) -> Finding:
    # The one that lets somebody in, if any: what denies by default does so on purpose.
    policy = min(policies, key=lambda one: (not items(one, "spec", "ingress"), name_of(one)))
    ref, client = Ref.of(policy), workload_of(snapshot, wish.client)
    ports = ", ".join(str(_target(one)) for one in items(service, "spec", "ports"))
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
