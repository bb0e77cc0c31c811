"""Remedies for people who apply them elsewhere: a patch for Git, or commands.

Whoever pastes them has none of our safeguards. So what cannot be spelled safely is a comment that
says why, and how `clusterwright fix` does it.
"""

import json
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import yaml

from clusterwright.agents.diagnose.next_step import WORKLOAD_CLUSTER, flags_of
from clusterwright.agents.remediate.json_patch import by_place, json_patch
from clusterwright.agents.remediate.merge_patch import merge_patch
from clusterwright.agents.remediate.questions import questions_in
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import Path, parse
from clusterwright.tools.finding import FieldEvidence, Finding, Remedy
from clusterwright.tools.manifest import Json, Manifest, mapping, number, text, texts
from clusterwright.tools.redaction import REDACTED
from clusterwright.tools.ref import Ref, check_name, check_namespace

_LONGEST = 600
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


@dataclass(frozen=True, slots=True)
class Cure:
    """A remedy of a finding, and the cluster that it is for."""

    remedy: Remedy
    finding: Finding
    cluster: str = ""
    kubeconfig: str = ""
    """A kubeconfig that programs have to be told of; "" is the one they take by themselves."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A remedy as text."""

    text: str
    whole: bool
    """Whether the text does all of the remedy; else something is left to a person."""


def as_patches(cure: Cure, asked: str = "") -> Spelled:
    """Return strategic-merge patches, as kustomize takes them; what is no patch is a comment.

    A patch names no cluster: a remedy for another one than was `asked` is a comment as well.
    """
    try:
        _require_known(cure.remedy)
        _require_same(cure.cluster, asked)
        found = [_patch(one, cure) for one in cure.remedy.changes]
    except InvalidInputError as error:
        return _left(cure, error)
    return Spelled("\n---\n".join(one.text for one in found), all(one.whole for one in found))


def as_kubectl(cure: Cure) -> Spelled:
    """Return the commands that do the same without any of our safeguards, all or none of them."""
    try:
        _require_known(cure.remedy)
        found = [_command(one, cure) for one in cure.remedy.changes]
    except InvalidInputError as error:
        return _left(cure, error)
    return Spelled("\n".join(found), whole=True)


def _require_known(remedy: Remedy) -> None:
    """Raise InvalidInputError for a remedy with values that only a person can know."""
    if asked := questions_in(remedy):
        raise InvalidInputError(f"a person has to tell: {'; '.join(asked)}")
    if REDACTED in json.dumps(remedy.changes):
        raise InvalidInputError(
            f"a person has to give the value in which {REDACTED} stands for a secret"
        )


def _require_same(cluster: str, asked: str) -> None:
    """Raise InvalidInputError for another cluster than was asked, if one was."""
    if asked and cluster and cluster != asked:
        raise InvalidInputError(f"it is for cluster {cluster}, and a patch names none")


def _left(cure: Cure, error: InvalidInputError) -> Spelled:
    """Return what a person has to do instead, as a comment."""
    flags = flags_of(cure.cluster, cure.kubeconfig)
    fix = shlex.join(["clusterwright", "fix", str(cure.finding.subject), *flags])
    said = [f"{cure.finding.subject}: {cure.remedy.say}", f"not spelled: {error}"]
    more = [error.hint] if error.hint else []
    return Spelled(_comment(*(one_line(one, _LONGEST) for one in said), *more, fix), whole=False)


def _comment(*told: str) -> str:
    return "\n".join(f"# {line}" for one in told for line in one.splitlines())


def _patch(change: Manifest, cure: Cure) -> Spelled:
    kind, ref = text(change, "kind"), _object(change)
    if kind == "apply":
        return Spelled(_yaml(_manifest(change)), whole=True)
    fields = _fields(change) if ref is not None and kind in {"patch", "scale"} else {}
    if ref is None or not fields or any(by_place(one) for one in fields):
        command = _command(change, cure)
        return Spelled(_comment(command, "(nothing that a manifest could say)"), whole=False)
    body = merge_patch(fields, built_in=not ref.group)
    metadata = {"name": ref.name, **({"namespace": ref.namespace} if ref.namespace else {})}
    head: Manifest = {
        "apiVersion": _version(ref),
        "kind": ref.kind,
        "metadata": {**mapping(body, "metadata"), **metadata},
    }
    rest = {key: value for key, value in body.items() if key not in head}
    return Spelled(f"# patch for {ref}\n{_yaml({**head, **rest})}", whole=True)


def _command(change: Manifest, cure: Cure) -> str:
    """Return the command that makes one change; raise InvalidInputError where none is safe."""
    kind, ref = text(change, "kind"), _object(change)
    if kind == "apply":
        apply = shlex.join([*_kubectl(cure), "apply", "--server-side", "-f", "-"])
        return f"{apply} <<'EOF'\n{json.dumps(_manifest(change))}\nEOF"
    if ref is None:
        return _other_program(change, cure)
    words = [*_kubectl(cure), *(["-n", ref.namespace] if ref.namespace else [])]
    name = f"{ref.kind_key.lower()}/{ref.name}"
    match kind:
        case "patch" | "fix_monitor":
            how, body = _patching(change, ref, cure.finding)
            words += ["patch", name, f"--type={how}", "-p", json.dumps(body)]
        case "scale":
            words += ["scale", name, f"--replicas={_replicas(change)}"]
        case "restart":
            words += ["rollout", "restart", name]
        case "rollback":
            revision = number(change, "revision")
            words += ["rollout", "undo", name]
            words += [f"--to-revision={revision}"] if revision else []
        case "cordon" | "uncordon" | "drain":
            words += [kind, ref.name]
        case "delete":
            words += ["delete", name]
        case "remove_finalizer":
            words += ["get", name, "-o", "jsonpath={.metadata.finalizers}"]
            named = repr(text(change, "finalizer"))
            raise InvalidInputError(
                f"kubectl removes finalizer {named} by its place, which has to be looked up first",
                hint=shlex.join(words),
            )
        case _:
            raise _no_command(change)
    return shlex.join(words)


def _patching(change: Manifest, ref: Ref, finding: Finding) -> tuple[str, Json]:
    """Return the type of a patch, and the patch."""
    fields = _fields(change)
    if text(change, "kind") == "fix_monitor" or any(by_place(one) for one in fields):
        return "json", json_patch(fields, _held(finding, ref))
    return "merge" if ref.group else "strategic", merge_patch(fields, built_in=not ref.group)


def _held(finding: Finding, ref: Ref) -> dict[Path, str]:
    """Return what the evidence of a finding tells of the fields of an object."""
    held: dict[Path, str] = {}
    for one in finding.evidence:
        if isinstance(one, FieldEvidence) and one.ref == ref and REDACTED not in one.value:
            with suppress(InvalidInputError):  # JSONPath has more than our paths
                held[parse(one.path)] = one.value
    return held


def _fields(change: Manifest) -> dict[Path, Json]:
    """Return the values that a change sets, by their path."""
    match text(change, "kind"):
        case "scale":
            return {("spec", "replicas"): _replicas(change)}
        case "fix_monitor":
            found = dict(_of_monitor(change))
        case _:
            found = {parse(path): value for path, value in mapping(change, "set").items()}
    if not found:
        raise _no_command(change)
    return found


def _of_monitor(change: Manifest) -> Iterator[tuple[Path, Json]]:
    """Yield what of a monitor is changed; its endpoints have no names."""
    for key, value in mapping(change, "selector").items():
        yield ("spec", "selector", "matchLabels", key), value
    if named := texts(change, "namespaces"):
        everywhere = named == ["*"]
        yield ("spec", "namespaceSelector"), {"any": True} if everywhere else {"matchNames": named}
    if port := text(change, "port"):
        pods = text(change, "object").startswith("PodMonitor")
        listed = "podMetricsEndpoints" if pods else "endpoints"
        yield ("spec", listed, number(change, "endpoint"), "port"), port


def _replicas(change: Manifest) -> int:
    found = change.get("replicas")
    if not isinstance(found, int):
        raise _no_command(change)
    return found


def _manifest(change: Manifest) -> Manifest:
    found = mapping(change, "manifest")
    if not found:
        raise _no_command(change)
    return found


def _object(change: Manifest) -> Ref | None:
    return Ref.parse(str(change["object"])) if "object" in change else None


def _other_program(change: Manifest, cure: Cure) -> str:
    """Return the command for what is no object of the API server."""
    namespace, _, release = text(change, "release").rpartition("/")
    revision = number(change, "revision")
    match text(change, "kind"):
        case "expire_silence":
            return shlex.join(["amtool", "silence", "expire", check_name(text(change, "silence"))])
        case "rollback" if namespace and revision:
            what = ["rollback", check_name(release), str(revision)]
            flags = _flags(cure, "--kube-context")
            return shlex.join(["helm", *flags, *what, "-n", check_namespace(namespace)])
        case _:
            raise _no_command(change)


def _kubectl(cure: Cure) -> list[str]:
    return ["kubectl", *_flags(cure, "--context")]


def _flags(cure: Cure, option: str) -> list[str]:
    """Return what tells a program the cluster of a remedy, whatever context is current by then."""
    if cure.cluster.startswith(WORKLOAD_CLUSTER):
        raise InvalidInputError(f"no context of a kubeconfig is known for {cure.cluster}")
    return flags_of(cure.cluster, cure.kubeconfig, option)


def _no_command(change: Manifest) -> InvalidInputError:
    return InvalidInputError(f"no command does this alone: {json.dumps(change)}")


def _version(ref: Ref) -> str:
    return _VERSIONS.get(ref.kind, "v1") if not ref.group else f"{ref.group}/v1"


def _yaml(value: Json) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip("\n")
