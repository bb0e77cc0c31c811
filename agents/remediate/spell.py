"""Remedies for people who apply them elsewhere: a patch for Git, or commands."""

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import cast

import yaml

from clusterwright.tools.field_path import Path, parse
from clusterwright.tools.finding import Remedy
from clusterwright.tools.manifest import Json, Manifest, mapping
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
    if kind not in {"patch", "scale"}:
        command = " ".join(_kubectl(change, [])).removeprefix("# ")
        return f"# {command}\n# (nothing that a manifest could say)"
    ref = Ref.parse(str(change["object"]))
    if kind == "patch":
        body = nested({parse(path): value for path, value in change["set"].items()})
    else:
        body = {"spec": {"replicas": change["replicas"]}}
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
    if "object" not in change:
        yield _other_program(change)
        return
    ref = Ref.parse(str(change["object"]))
    where = ["-n", ref.namespace] if ref.namespace else []
    name = f"{(f'{ref.kind}.{ref.group}' if ref.group else ref.kind).lower()}/{ref.name}"
    base = ["kubectl", *flags, *where]
    match kind:
        case "patch" | "remove_finalizer" | "fix_monitor":
            how, body = _patching(change, ref)
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
        case "delete" | "evict":
            words = [*base, "delete", name]
        case _:
            yield _no_command(change)
            return
    yield shlex.join(words)


def _patching(change: Manifest, ref: Ref) -> tuple[str, Json]:
    """Return the type of a patch, and the patch."""
    if change["kind"] == "fix_monitor":
        return "json", _fixed(change, ref)
    if change["kind"] == "remove_finalizer":
        return "merge", {"metadata": {"finalizers": None}}
    how = "merge" if ref.group else "strategic"
    return how, nested({parse(path): value for path, value in change["set"].items()})


def _fixed(change: Manifest, ref: Ref) -> list[Manifest]:
    """Return what of a monitor is changed, as a JSON patch: its endpoints have no names."""
    ops: list[Manifest] = []
    for key, value in mapping(change, "selector").items():
        path = "/spec/selector/matchLabels/" + key.replace("~", "~0").replace("/", "~1")
        ops.append({"op": "add", "path": path, "value": value})
    if change.get("namespaces"):
        reach = {"matchNames": change["namespaces"]}
        ops.append({"op": "add", "path": "/spec/namespaceSelector", "value": reach})
    if change.get("port"):
        field = "endpoints" if ref.kind == "ServiceMonitor" else "podMetricsEndpoints"
        path = f"/spec/{field}/{change.get('endpoint') or 0}/port"
        ops.append({"op": "add", "path": path, "value": change["port"]})
    return ops


def _other_program(change: Manifest) -> str:
    """Return the command for what is no object of the API server."""
    namespace, _, release = str(change.get("release", "")).rpartition("/")
    match change["kind"]:
        case "expire_silence":
            return shlex.join(["amtool", "silence", "expire", str(change["silence"])])
        case "rollback" if namespace and release and change.get("revision"):
            revision = str(change["revision"])
            return shlex.join(["helm", "rollback", release, revision, "-n", namespace])
        case _:
            return _no_command(change)


def _no_command(change: Manifest) -> str:
    return f"# no command does this alone: {json.dumps(change)}"


def _version(ref: Ref) -> str:
    return _VERSIONS.get(ref.kind, "v1") if not ref.group else f"{ref.group}/v1"


def _yaml(value: Json) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip("\n")
