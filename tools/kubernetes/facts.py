"""The few fields of an object that a person looks at first, and how its containers do."""

from collections.abc import Callable, Iterator
from datetime import datetime

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.analyzers.ingress import backends
from clusterwright.tools.kubernetes.analyzers.network_rules import spelled_rules
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.kubernetes.state.state import age, span
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    instant,
    items,
    labels_of,
    mapping,
    number,
    strings,
    text,
    texts,
    truth,
)
from clusterwright.tools.ref import Ref

_LONGEST = 400
_LABELS = 12
_TOLERATED_BY_ALL = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
"""Added to every pod by the DefaultTolerationSeconds admission plugin."""


def facts_of(manifest: Manifest, now: datetime) -> dict[str, str]:
    """Return name and value of what matters for the kind, in the order to show them."""
    ref = Ref.of(manifest)
    own = _none if ref.group else _OF_KIND.get(ref.kind, _none)
    found = {**state_of(manifest, now).cells, **own(manifest), "age": age(manifest, now)}
    found["labels"] = _pairs(labels_of(manifest))
    leaving = instant(manifest, "metadata", "deletionTimestamp")
    if leaving:
        found["deletion asked"] = f"{span(now - leaving)} ago"
        found["finalizers"] = ", ".join(texts(manifest, "metadata", "finalizers"))
    return {name: one_line(value, _LONGEST) for name, value in found.items() if value}


def containers_of(pod: Manifest, now: datetime) -> Iterator[str]:
    """Yield a line for each container: its state, the end of its last run, image, resources."""
    for section, statuses in (
        ("initContainers", "initContainerStatuses"),
        ("containers", "containerStatuses"),
    ):
        states = {text(one, "name"): one for one in items(pod, "status", statuses)}
        for one in items(pod, "spec", section):
            status = states.get(text(one, "name"), {})
            kind = "init " if section == "initContainers" else ""
            yield one_line(f"{kind}{text(one, 'name')}: {_run(status, now)}; {_asked(one)}", 600)


def _run(status: Manifest, now: datetime) -> str:
    state = mapping(status, "state")
    words: list[str] = []
    if waiting := mapping(state, "waiting"):
        words.append(" ".join(["waiting", text(waiting, "reason"), text(waiting, "message")]))
    elif running := mapping(state, "running"):
        started = instant(running, "startedAt")
        readiness = "ready" if truth(status, "ready") else "NOT ready"
        words.append(f"running for {span(now - started)}" if started else "running")
        words.append(readiness)
    elif ended := mapping(state, "terminated"):
        words.append(_ended(ended))
    else:
        words.append("not started")
    if last := mapping(status, "lastState", "terminated"):
        words.append(f"last run {_ended(last)}")
    if restarts := number(status, "restartCount"):
        words.append(f"{restarts} restarts")
    return ", ".join(words)


def _ended(ended: Manifest) -> str:
    said = f"{text(ended, 'reason')} {text(ended, 'message')}".strip()
    return f"ended with exit code {number(ended, 'exitCode')} {said}".strip()


def _asked(container: Manifest) -> str:
    parts = [f"image {text(container, 'image')}"]
    for field in ("requests", "limits"):
        asked = mapping(container, "resources", field)
        if asked:
            parts.append(f"{field} {_pairs({k: str(v) for k, v in asked.items()})}")
    return ", ".join(parts)


def _pairs(pairs: dict[str, str]) -> str:
    shown = [f"{key}={value}" for key, value in list(pairs.items())[:_LABELS]]
    return ", ".join(shown) + (f", {len(pairs) - _LABELS} more" if len(pairs) > _LABELS else "")


def _none(_manifest: Manifest) -> dict[str, str]:
    return {}


def _pod(pod: Manifest) -> dict[str, str]:
    return {
        "status": f"{text(pod, 'status', 'reason')} {text(pod, 'status', 'message')}".strip(),
        "node selector": _pairs(strings(pod, "spec", "nodeSelector")),
        "tolerates": ", ".join(
            _toleration(one)
            for one in items(pod, "spec", "tolerations")
            if text(one, "key") not in _TOLERATED_BY_ALL
        ),
    }


def _workload(workload: Manifest) -> dict[str, str]:
    return {
        "selector": _pairs(strings(workload, "spec", "selector", "matchLabels")),
        "strategy": text(workload, "spec", "strategy", "type")
        or text(workload, "spec", "updateStrategy", "type"),
        "paused": "true" if truth(workload, "spec", "paused") else "",
        "images": ", ".join(
            text(one, "image") for one in items(workload, "spec", "template", "spec", "containers")
        ),
    }


def _service(service: Manifest) -> dict[str, str]:
    ports = [
        f"{one.get('name') or ''} {one.get('port')} -> {one.get('targetPort')}".strip()
        for one in items(service, "spec", "ports")
    ]
    return {"selector": _pairs(strings(service, "spec", "selector")), "to": ", ".join(ports)}


def _node(node: Manifest) -> dict[str, str]:
    taints = [
        f"{text(one, 'key')}={text(one, 'value')}:{text(one, 'effect')}"
        for one in items(node, "spec", "taints")
    ]
    return {
        "taints": ", ".join(taints),
        "runtime": text(node, "status", "nodeInfo", "containerRuntimeVersion"),
        "os": text(node, "status", "nodeInfo", "osImage"),
    }


def _claim(claim: Manifest) -> dict[str, str]:
    return {
        "access": ", ".join(texts(claim, "spec", "accessModes")),
        "mode": text(claim, "spec", "volumeMode"),
        "volume": text(claim, "spec", "volumeName"),
    }


def _ingress(ingress: Manifest) -> dict[str, str]:
    return {
        "to": ", ".join(
            f"{text(one, 'name')}:{dig(one, 'port', 'name') or dig(one, 'port', 'number')}"
            for _, one in backends(ingress)
        )
    }


def _policy(policy: Manifest) -> dict[str, str]:
    guards = "Ingress" in (texts(policy, "spec", "policyTypes") or ["Ingress"])
    return {
        "selector": _pairs(strings(policy, "spec", "podSelector", "matchLabels")),
        "lets in": spelled_rules(policy) if guards else "",
    }


def _budget(budget: Manifest) -> dict[str, str]:
    return {"selector": _pairs(strings(budget, "spec", "selector", "matchLabels"))}


def _toleration(one: Manifest) -> str:
    key = text(one, "key") or "everything"
    value = f"={text(one, 'value')}" if text(one, "value") else ""
    return f"{key}{value}:{text(one, 'effect') or '*'}"


_OF_KIND: dict[str, Callable[[Manifest], dict[str, str]]] = {
    "Pod": _pod,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "ReplicaSet": _workload,
    "Service": _service,
    "Node": _node,
    "PersistentVolumeClaim": _claim,
    "Ingress": _ingress,
    "NetworkPolicy": _policy,
    "PodDisruptionBudget": _budget,
}
