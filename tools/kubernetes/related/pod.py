"""What a pod hangs on: its node, what it mounts and takes variables from, who routes to it."""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.analyzers.pod_volumes import claims_of
from clusterwright.tools.kubernetes.analyzers.references import required
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import Manifest, items, labels_of, namespace_of, strings, text
from clusterwright.tools.ref import Ref

_DEFAULT_ACCOUNT = "default"  # always there, or the pod could not have been created
_ROOT_CA = "kube-root-ca.crt"  # in every namespace, and in the token volume of every pod
_CLASSES = (("priorityClassName", "PriorityClass"), ("runtimeClassName", "RuntimeClass"))


async def around_pod(lookup: Lookup, pod: Manifest) -> list[Related]:
    """Return the node, what the pod uses, and the Services that select it."""
    node = text(pod, "spec", "nodeName")
    return [
        *await lookup.named("runs on", [Ref("Node", node)] if node else []),
        *await lookup.named("uses", used_by(pod)),
        *await routed(lookup, namespace_of(pod), labels_of(pod)),
    ]


async def routed(lookup: Lookup, namespace: str, labels: dict[str, str]) -> list[Related]:
    """Return the Services of a namespace that select pods with these labels."""

    def selects(service: Manifest) -> bool:
        selector = strings(service, "spec", "selector")
        return bool(selector) and selector.items() <= labels.items()

    return lookup.tell("selected by", await lookup.listed("Service", namespace, keep=selects))


def used_by(pod: Manifest) -> Iterator[Ref]:
    """Yield what a pod cannot start without; optional references are left out."""
    namespace = namespace_of(pod)
    for one in required(pod):
        if one.name != _ROOT_CA:
            yield Ref(one.kind, one.name, namespace)
    yield from claims_of(pod)
    for secret in items(pod, "spec", "imagePullSecrets"):
        if name := text(secret, "name"):
            yield Ref("Secret", name, namespace)
    for field, kind in _CLASSES:
        if name := text(pod, "spec", field):
            yield Ref(kind, name)
    account = text(pod, "spec", "serviceAccountName")
    if account and account != _DEFAULT_ACCOUNT:
        yield Ref("ServiceAccount", account, namespace)
