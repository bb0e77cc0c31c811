"""ConfigMaps, Secrets and keys that a pod names and that are not there."""

from collections.abc import Iterator

from clusterwright.tools.finding import FieldEvidence, Finding, Remedy, ask
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.remedies.remedy import in_template, patch
from clusterwright.tools.manifest import mapping, name_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def config_map(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the nearest name as the reference; else the question what is to be in it."""
    target, mention = _target(finding), _mention(finding)
    near = nearest(target.name, map(name_of, snapshot.in_namespace("ConfigMap", target.namespace)))
    field = in_template(finding.subject, mention.path) if mention else None
    if near and field:
        yield Remedy(
            say=f"refer to ConfigMap {near}", changes=(patch(finding.subject, {field: near}),)
        )
        return
    yield Remedy(say=f"create {target}", changes=(_created(target),))


def config_map_key(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the nearest key as the reference; else that key's value under the missing name too."""
    target, mention = _target(finding), _mention(finding)
    data = mapping(snapshot.get(target), "data")
    if mention is None:
        return
    near, field = nearest(mention.value, data), in_template(finding.subject, mention.path)
    if near and field:
        yield Remedy(say=f"take key {near}", changes=(patch(finding.subject, {field: near}),))
    value = data[near] if near else ask(f"the value of key {mention.value}")
    path = f"data['{mention.value}']"
    yield Remedy(
        say=f"add key {mention.value} to {target}" + (f", with what {near} holds" if near else ""),
        changes=(patch(target, {path: value}),),
    )


def secret(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the question for what no tool may know."""
    target = _target(finding)
    change = {
        "kind": "apply",
        "manifest": {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": target.name, "namespace": target.namespace},
            "stringData": {ask("the keys that the pod needs"): ask("their values")},
        },
    }
    yield Remedy(say=f"create {target}", changes=(change,))


def secret_key(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the question for the value of a key."""
    target, mention = _target(finding), _mention(finding)
    key = mention.value if mention else ask("the key")
    value = ask(f"the base64 value of key {key}, or the name of the key that is meant")
    yield Remedy(
        say=f"add key {key} to {target}", changes=(patch(target, {f"data['{key}']": value}),)
    )


def _target(finding: Finding) -> Ref:
    return finding.relations[0].target


def _mention(finding: Finding) -> FieldEvidence | None:
    """Return where the pod names what is missing."""
    found = [one for one in finding.evidence if isinstance(one, FieldEvidence)]
    return next((one for one in found if one.path.startswith("$.spec.")), None)


def _created(target: Ref) -> dict[str, object]:
    return {
        "kind": "apply",
        "manifest": {
            "apiVersion": "v1",
            "kind": target.kind,
            "metadata": {"name": target.name, "namespace": target.namespace},
            "data": {ask("the keys that the pod needs"): ask("their values")},
        },
    }
