"""Remedies for people who apply them elsewhere: a patch for Git, or commands."""

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import cast

import yaml

from clusterwright.tools.field_path import Path, parse
from clusterwright.tools.finding import Remedy
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref

_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "CronJob": "batch/v1",
    "Job": "batch/v1",
    "Ingress": "networking.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
}


def as_patches(remedy: Remedy) -> str:
    """Return strategic-merge patches, as kustomize takes them; what is no patch is a comment."""
    return "\n---\n".join(_patch(one) for one in remedy.changes)


def as_kubectl(remedy: Remedy, flags: Sequence[str] = ()) -> str:
    """Return the commands that do the same without any of our safeguards."""
    return "\n".join(line for one in remedy.changes for line in _kubectl(one, list(flags)))


def _patch(change: Manifest) -> str:
    kind = change["kind"]
    if kind == "apply":
        return _yaml(change["manifest"])
    ref = Ref.parse(str(change["object"]))
    if kind == "patch":
        body = nested({parse(path): value for path, value in change["set"].items()})
    elif kind == "scale":
        body = {"spec": {"replicas": change["replicas"]}}
    else:
        return f"# {' '.join(_kubectl(change, []))}\n# (nothing that a manifest could say)"
    metadata = {"name": ref.name, **({"namespace": ref.namespace} if ref.namespace else {})}
    head = {"apiVersion": _version(ref), "kind": ref.kind, "metadata": metadata}
    own = cast("Manifest", body).pop("metadata", None)
    if isinstance(own, dict):
        head["metadata"] = {**cast("Manifest", own), **metadata}
    return f"# {remark(change)}{_yaml({**head, **cast('Manifest', body)})}"


def remark(change: Manifest) -> str:
    """Return a comment that says which object a patch is for."""
    return f"patch for {change['object']}\n"


def nested(fields: dict[Path, Json]) -> Json:
    """Return one object that holds values at paths; list items carry their key."""
    root: Manifest = {}
    for path, value in fields.items():
        _put(root, path, value)
    return root


def _put(holder: Json, path: Path, value: Json) -> None:
    """Put a value below an object or a list; what is on the way is made."""
    for place, segment in enumerate(path):
        last = place == len(path) - 1
        following = None if last else path[place + 1]
        if isinstance(segment, tuple):
            holder = _item(cast("list[Manifest]", holder), segment)
            continue
        if last:
            cast("Manifest", holder)[str(segment)] = value
            return
        fresh: Json = [] if isinstance(following, tuple | int) else {}
        holder = cast("Manifest", holder).setdefault(str(segment), fresh)


def _item(listed: list[Manifest], segment: tuple[str, str]) -> Manifest:
    key, wanted = segment[0] or "name", segment[1]
    value: Json = int(wanted) if key in {"port", "containerPort"} else wanted
    found = next((one for one in listed if one.get(key) == value), None)
    if found is None:
        found = {key: value}
        listed.append(found)
    return found


def _kubectl(change: Manifest, flags: list[str]) -> Iterator[str]:
    kind = change["kind"]
    if kind == "apply":
        apply = shlex.join(["kubectl", *flags, "apply", "--server-side", "-f", "-"])
        yield f"{apply} <<'EOF'\n{json.dumps(change['manifest'])}\nEOF"
        return
    ref = Ref.parse(str(change["object"]))
    where = ["-n", ref.namespace] if ref.namespace else []
    name = f"{(f'{ref.kind}.{ref.group}' if ref.group else ref.kind).lower()}/{ref.name}"
    base = ["kubectl", *flags, *where]
    match kind:
        case "patch":
            body = nested({parse(path): value for path, value in change["set"].items()})
            how = "merge" if ref.group else "strategic"
            words = [*base, "patch", name, f"--type={how}", "-p", json.dumps(body)]
        case "scale":
            words = [*base, "scale", name, f"--replicas={change['replicas']}"]
        case "restart":
            words = [*base, "rollout", "restart", name]
        case "rollback":
            to = [f"--to-revision={change['revision']}"] if change.get("revision") else []
            words = [*base, "rollout", "undo", name, *to]
        case "cordon" | "uncordon" | "drain":
            words = ["kubectl", *flags, str(kind), ref.name]
        case "remove_finalizer":
            body = {"metadata": {"finalizers": None}}
            words = [*base, "patch", name, "--type=merge", "-p", json.dumps(body)]
        case _:
            words = [*base, "delete", name]
    yield shlex.join(words)


def _version(ref: Ref) -> str:
    return _VERSIONS.get(ref.kind, "v1") if not ref.group else f"{ref.group}/v1"


def _yaml(value: Json) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip("\n")
