"""Config and credential as a template takes them: judged before the dry run, refused by name."""

from collections.abc import Sequence

from clusterwright.tools.cluster_api.k0rdent.config_schema import over, unknown, violations
from clusterwright.tools.cluster_api.k0rdent.kinds import CREDENTIAL
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.k0rdent.templates import (
    fits,
    infrastructure_of,
    schema_of,
    variables_of_template,
)
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    mapping,
    name_of,
    namespace_of,
    text,
    truth,
)
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_MOST, _SHOWN = 5, 12


def check_config(scene: Scene, template: Manifest, config: Manifest) -> tuple[str, ...]:
    """Raise InvalidInputError for config that the template's schema refuses; return notes."""
    name = text(template, "status", "schemaConfigMapName")
    schema = schema_of(scene.around.get(Ref("ConfigMap", name, namespace_of(template))))
    defaults = mapping(template, "status", "config")
    notes = tuple(unknown(schema, defaults, config))
    if not schema:
        return (*notes, "the template has no schema, so that config could not be checked")
    found = violations(schema, over(defaults, config))
    if found is None:
        return (*notes, "the template's schema could not be used to check config")
    if found:
        named_so = {one.split(" ")[0].rstrip(":").partition(".")[0] for one in found}
        lines = [
            one.line()
            for one in variables_of_template(template, schema)
            if one.name.partition(".")[0] in named_so
        ]
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        raise InvalidInputError(
            f"config: {one_line('; '.join(found[:_MOST]), 600)}{more}",
            hint=one_line("; ".join(lines), 800) or "capi_describe_class tells what it takes",
        )
    return notes


def check_credential(scene: Scene, template: Manifest, name: str) -> Manifest:
    """Return the Credential; raise ToolError for one that is not there, not ready, or unfit."""
    namespace = namespace_of(template)
    wanted = named(CREDENTIAL, namespace, name)
    found = scene.around.get(wanted)
    if found is None:
        raise NotFoundError(
            f"there is no Credential {namespace}/{name[:80]}",
            hint=f"for this template there are {_listed(_fitting(scene, template))}",
        )
    if not truth(found, "status", "ready"):
        said = text(condition(found, "CredentialReady"), "message")
        raise RefusedError(
            f"{wanted} is not ready{f': {quoted(one_line(said, 300))}' if said else ''}",
            hint=f"for this template there are {_listed(_fitting(scene, template))}",
        )
    if fits(scene.around, template, found) is False:
        kind = word(text(found, "spec", "identityRef", "kind"))
        providers = few([word(one) for one in infrastructure_of(template)])
        raise RefusedError(
            f"{wanted} has an identity of kind {kind}, which {providers} does not take",
            hint=f"for this template there are {_listed(_fitting(scene, template))}",
        )
    return found


def _fitting(scene: Scene, template: Manifest) -> list[str]:
    return [
        name_of(one)
        for one in scene.around.in_namespace(CREDENTIAL, namespace_of(template))
        if truth(one, "status", "ready") and fits(scene.around, template, one) is not False
    ]


def _listed(names: Sequence[str]) -> str:
    return few(sorted(names), _SHOWN) or "none"
