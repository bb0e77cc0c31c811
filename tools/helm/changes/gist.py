"""What a new object comes to, in a few lines: a chart may make a hundred of them.

What grants rights or judges the requests of others is told whole.
"""

import json
from collections.abc import Iterator

import yaml

from clusterwright.tools.change import FieldChange
from clusterwright.tools.diff import clean
from clusterwright.tools.kubernetes.changes.workloads import containers_in, template_of
from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, text, texts
from clusterwright.tools.redaction import redact, redact_text

_WHOLE = 600
"""Characters of a manifest that is told as it is; a question shows little more in one piece."""
_LONGEST = 200
_WORKLOADS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"}
)
_TOLD_WHOLE = frozenset(
    {
        "Role",
        "ClusterRole",
        "RoleBinding",
        "ClusterRoleBinding",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "APIService",
    }
)


def gist(manifest: Manifest) -> tuple[FieldChange, ...]:
    """Return what is shown of a new object; empty where it is short enough to be shown whole."""
    kind = text(manifest, "kind")
    if kind in _TOLD_WHOLE or len(yaml.safe_dump(clean(manifest))) <= _WHOLE:
        return ()
    safe = redact(manifest)
    told = dict(_lines(kind, safe))
    return tuple(
        FieldChange(path=f"(new) {path}", after=redact_text(value)[:_LONGEST])
        for path, value in told.items()
    )


def _lines(kind: str, safe: Manifest) -> Iterator[tuple[str, str]]:
    if kind in _WORKLOADS:
        yield from _workload(safe)
    elif kind == "CustomResourceDefinition":
        yield "kind", text(safe, "spec", "names", "kind")
        versions = [text(one, "name") for one in items(safe, "spec", "versions")]
        yield "versions", ", ".join(versions)
    elif kind in {"ConfigMap", "Secret"}:
        for part in ("data", "binaryData", "stringData"):
            for key, value in mapping(safe, part).items():
                yield f"{part}.{key}", f"{len(str(value))} characters"
    else:
        for key, value in mapping(safe, "spec").items():
            yield f"spec.{key}", _short(value)


def _workload(safe: Manifest) -> Iterator[tuple[str, str]]:
    replicas = dig(safe, "spec", "replicas")
    if replicas is not None:
        yield "replicas", str(replicas)
    template = template_of(safe) or safe
    pod = mapping(template, "spec")
    for one in containers_in(template):
        name = text(one, "name")
        yield f"{name}: image", text(one, "image")
        command = [*texts(one, "command"), *texts(one, "args")]
        if command:
            yield f"{name}: runs", " ".join(command)
        if mapping(one, "resources"):
            yield f"{name}: resources", _short(one["resources"])
        if mapping(one, "securityContext"):
            yield f"{name}: securityContext", _short(one["securityContext"])
    for key in ("serviceAccountName", "hostNetwork", "hostPID", "nodeSelector", "tolerations"):
        if pod.get(key):
            yield key, _short(pod[key])
    for claim in items(safe, "spec", "volumeClaimTemplates"):
        yield f"claim {text(claim, 'metadata', 'name')}", _short(mapping(claim, "spec"))
    mounted = [one for one in items(pod, "volumes") if mapping(one, "hostPath")]
    for one in mounted:
        yield f"hostPath {text(one, 'name')}", text(one, "hostPath", "path")


def _short(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
