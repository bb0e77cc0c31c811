"""Whether the credential that a cluster would be made with exists: what is missing fails late.

Providers name it in the spec of their cluster: `identityRef` (AWS, Azure, OpenStack, vSphere),
`credentialsRef` (GCP). It is an object of an identity kind, or a Secret; the identity may name a
Secret in turn. That a Secret is there is all that is looked at. Where a patch of the class decides
which it is, and that cannot be known before the cluster is made, nothing is judged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.field_path import MISSING, Path, parse, put, read
from clusterwright.tools.manifest import Json, Manifest, items, mapping, namespace_of, text, truth
from clusterwright.tools.ref import Ref, group_of, legal
from clusterwright.tools.snapshot import Snapshot

_INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io"
_NAMES = ("identityRef", "credentialsRef", "credentialsSecretRef", "cloudConfigSecret")
_SECRETS = ("secretRef", "clientSecret", "credentialsRef")
_SPEC: Path = ("spec", "template", "spec")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a cluster would be made with."""

    ref: Ref
    field: str
    by: Ref
    """The object that names it."""


def template_of(around: Snapshot, found: Manifest) -> Manifest:
    """Return the template of a class's cluster infrastructure; empty if it was not read."""
    for key in ("templateRef", "ref"):  # of the API v1beta2, of v1beta1
        reference = mapping(found, "spec", "infrastructure", key)
        ref = legal(
            text(reference, "kind"),
            text(reference, "name"),
            text(reference, "namespace") or namespace_of(found),
            text(reference, "apiVersion"),
        )
        if reference and ref is not None:
            return around.get(ref) or {}
    return {}


def credentials(
    around: Snapshot, found: Manifest, values: Mapping[str, Json]
) -> Iterator[Credential]:
    """Yield what the infrastructure of a class's cluster names, with variables put in."""
    template = _patched(template_of(around, found), found, values)
    if not template:
        return
    by = Ref.of(template)
    for field in _NAMES:
        named = read(template, (*_SPEC, field))
        if isinstance(named, dict) and (ref := _named(mapping(named), namespace_of(found))):
            yield Credential(ref, f"spec.{field}", by)
            identity = there(around, ref)
            if identity is not None:
                yield from _of_identity(identity, ref)


def there(around: Snapshot, ref: Ref) -> Manifest | None:
    """Return a credential that was read; many providers' identities belong to no namespace."""
    return around.get(ref) or around.get(replace(ref, namespace=""))


def missing(ref: Ref) -> str:
    """Return the key under which a snapshot has that an object was asked for, and is not there.

    That its kind was listed does not tell: one of another namespace may not be read at all.
    """
    return f"missing {ref}"


def check_credential(around: Snapshot, found: Manifest, values: Mapping[str, Json]) -> None:
    """Raise RefusedError for a credential that was asked for, and is not there."""
    for one in credentials(around, found, values):
        if around.was_read(missing(one.ref)) and there(around, one.ref) is None:
            raise RefusedError(
                f"the credential {one.ref}, which {one.by} names in {one.field}, does not exist:"
                " the cluster could not be made",
                hint="make it first, as the provider's documentation says, or choose another one",
            )


def _named(named: Manifest, namespace: str) -> Ref | None:
    kind = text(named, "kind") or "Secret"
    group = group_of(text(named, "apiVersion")) or ("" if kind == "Secret" else _INFRASTRUCTURE)
    where = text(named, "namespace") or namespace
    return legal(kind, text(named, "name"), where, f"{group}/any" if group else "v1")


def _of_identity(identity: Manifest, by: Ref) -> Iterator[Credential]:
    """Yield the Secret that an identity names, where it says in which namespace that is."""
    for field in _SECRETS:
        named = mapping(identity, "spec", field)
        where = text(named, "namespace") or namespace_of(identity)
        ref = legal("Secret", text(named, "name"), where, "v1")
        if named and where and ref is not None:
            yield Credential(ref, f"spec.{field}", by)


def _patched(template: Manifest, found: Manifest, values: Mapping[str, Json]) -> Manifest:
    """Return a template as the class's own patches make it; empty where that cannot be known."""
    current: Json = template
    for patch in items(found, "spec", "patches"):
        if mapping(patch, "external"):
            return {}  # a runtime extension decides, of which the class tells nothing
        for one in _of_infrastructure(patch, text(template, "kind")):
            path = parse(text(one, "path") or "/x")
            if not _touches(path):
                continue
            value = _value(one, found, values)
            if value is MISSING or text(patch, "enabledIf"):
                return {}
            try:
                current = put(current, path, value)
            except InvalidInputError:  # Cluster API could not apply it either
                return {}
    return mapping(current)


def _of_infrastructure(patch: Manifest, kind: str) -> Iterator[Manifest]:
    """Yield the JSON patches that are for the template of the cluster's infrastructure."""
    for definition in items(patch, "definitions"):
        selector = mapping(definition, "selector")
        meant = truth(selector, "matchResources", "infrastructureCluster")
        if meant and text(selector, "kind") in {"", kind}:
            yield from items(definition, "jsonPatches")


def _touches(path: Path) -> bool:
    """Return whether a path leads to a credential, or to something that holds one."""
    return any(one in _NAMES for one in path) or _SPEC[: len(path)] == path


def _value(patch: Manifest, found: Manifest, values: Mapping[str, Json]) -> Json:
    """Return what a patch writes; MISSING where it takes something away, or that is not known."""
    if text(patch, "op") == "remove":
        return MISSING
    if "value" in patch:
        return patch["value"]
    name = text(patch, "valueFrom", "variable")
    if name in values and values[name] is not None:
        return values[name]
    for one in items(found, "spec", "variables"):
        schema = mapping(one, "schema", "openAPIV3Schema")
        if text(one, "name") == name and "default" in schema:
            return schema["default"]
    return MISSING
