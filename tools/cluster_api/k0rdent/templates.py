"""ClusterTemplates as what a cluster can be made from: values, credentials, upgrades."""

import json
from collections.abc import Iterator, Mapping

from clusterwright.tools.cluster_api.class_variables import Variable
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    CHAIN,
    CREDENTIAL,
    DEPLOYMENT,
    MANAGEMENT,
    PROVIDER_INTERFACE,
)
from clusterwright.tools.excerpt import few
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    text,
    texts,
    truth,
)
from clusterwright.tools.snapshot import Snapshot

_INFRASTRUCTURE, _INTERNAL = "infrastructure-", "infrastructure-internal"
_PROVIDER = "cluster.x-k8s.io/provider"
_DEEPEST = 3
_OWN = frozenset({"clusterIdentity", "global"})
"""Values that k0rdent fills itself (clusterdeployment_controller.go, fillHelmValues)."""
_TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"))


def schema_of(config_map: Manifest | None) -> Manifest:
    """Return the JSON schema that a template's ConfigMap holds; an empty one where it has none."""
    try:
        found: Json = json.loads(text(config_map, "data", "schema") or "{}")
    except (ValueError, RecursionError):
        return {}
    return mapping(found)


def variables_of_template(template: Manifest, schema: Manifest) -> Iterator[Variable]:
    """Yield the values that a template's config takes, nested ones with dots in their names."""
    yield from _nested(schema, mapping(template, "status", "config"), "", 0)


def deployments_of(snapshot: Snapshot, template: Manifest) -> list[Manifest]:
    """Return the ClusterDeployments that are made from a template."""
    found = snapshot.in_namespace(DEPLOYMENT, namespace_of(template))
    return [one for one in found if text(one, "spec", "template") == name_of(template)]


def upgrades_of(snapshot: Snapshot, template: Manifest) -> tuple[str, ...]:
    """Return the templates that chains let clusters of a template be upgraded to."""
    found = {
        text(upgrade, "name")
        for chain in snapshot.in_namespace(CHAIN, namespace_of(template))
        for entry in items(chain, "spec", "supportedTemplates")
        if text(entry, "name") == name_of(template)
        for upgrade in items(entry, "availableUpgrades")
    }
    return tuple(sorted(found))


def infrastructure_of(template: Manifest) -> tuple[str, ...]:
    """Return the infrastructure providers that a template requires."""
    found = texts(template, "status", "providers")
    return tuple(one for one in found if one.startswith(_INFRASTRUCTURE))


def missing_providers(snapshot: Snapshot, template: Manifest) -> tuple[str, ...]:
    """Return the providers that a template requires and its management cluster does not have.

    None where no Management was read (internal/util/validation/cluster_template.go).
    """
    managements = snapshot.of_kind(MANAGEMENT)
    if not managements:
        return ()
    there = {one for m in managements for one in texts(m, "status", "availableProviders")}
    return tuple(one for one in texts(template, "status", "providers") if one not in there)


def fits(snapshot: Snapshot, template: Manifest, credential: Manifest) -> bool | None:
    """Return whether a credential's identity is of a kind that the template's providers take.

    None where no ProviderInterface tells (internal/util/validation/cd.go).
    """
    kind = text(credential, "spec", "identityRef", "kind")
    known = [_identities(snapshot, one) for one in infrastructure_of(template)]
    if any(one is None for one in known):
        return None
    return all(kind in one for one in known if one is not None)


def credentials_of(snapshot: Snapshot, template: Manifest) -> Iterator[tuple[str, str]]:
    """Yield each credential that fits a template, with why it cannot be used, if it cannot."""
    found = snapshot.in_namespace(CREDENTIAL, namespace_of(template))
    for one in sorted(found, key=name_of):
        suits = fits(snapshot, template, one)
        if suits is not False:
            why = "" if truth(one, "status", "ready") else "not ready"
            yield name_of(one), why or ("" if suits else "its kind could not be checked")


def problem_of(snapshot: Snapshot, template: Manifest) -> str:
    """Return why no cluster can be made from a template; empty where one can."""
    if not truth(template, "status", "valid"):
        error = text(template, "status", "validationError")
        return f"not valid: {error}" if error else "not valid (yet)"
    missing = missing_providers(snapshot, template)
    return f"requires providers that are not there: {few(missing)}" if missing else ""


def _identities(snapshot: Snapshot, provider: str) -> frozenset[str] | None:
    if provider == _INTERNAL:
        return frozenset({"Secret"})
    for one in snapshot.of_kind(PROVIDER_INTERFACE):
        if labels_of(one).get(_PROVIDER) == provider:
            listed = {text(kind, "kind") for kind in items(one, "spec", "clusterIdentities")}
            return frozenset(listed | set(texts(one, "spec", "clusterIdentityKinds")))
    return None


def _nested(schema: Manifest, defaults: Json, above: str, depth: int) -> Iterator[Variable]:
    properties = mapping(schema, "properties")
    required = texts(schema, "required")
    values = mapping({"": defaults}, "")
    for name in sorted({*properties, *values}):
        if not above and name in _OWN:
            continue
        part, value = mapping(properties, name), dig(values, name)
        if depth < _DEEPEST and _goes_on(part, value):
            yield from _nested(part, value, f"{above}{name}.", depth + 1)
            continue
        described = dict(part) if part else {"type": _type(value)}
        if name in values:
            described["default"] = value
        definition = {"schema": {"openAPIV3Schema": described}, "required": name in required}
        yield Variable.of(f"{above}{name}", definition, conflict=False)


def _goes_on(part: Mapping[str, Json], value: Json) -> bool:
    return bool(mapping(dict(part), "properties")) or bool(mapping({"": value}, ""))


def _type(value: Json) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "object")
