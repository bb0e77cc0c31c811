"""Where rules are kept: in a PrometheusRule, or as a file in a ConfigMap. Groups in, groups out."""

from typing import cast

import yaml

from clusterwright.tools.errors import ConflictError, InvalidInputError, RefusedError
from clusterwright.tools.field_path import put
from clusterwright.tools.manifest import Json, Manifest, items, strings, text
from clusterwright.tools.ref import Ref

GROUP = "monitoring.coreos.com"
KIND, VERSION = "PrometheusRule", f"{GROUP}/v1"
_LONGEST_FILE = 1_000_000


def home_of(spelled: Ref, file: str | None) -> Ref:
    """Return the object that is meant; raise InvalidInputError for one that keeps no rules."""
    if spelled.kind == KIND and spelled.group in {"", GROUP}:
        if file:
            raise InvalidInputError("a PrometheusRule has no files", hint="leave file out")
        return Ref(KIND, spelled.name, spelled.namespace, GROUP)
    if spelled.kind == "ConfigMap" and not spelled.group:
        if not file:
            raise InvalidInputError(
                f"which file of {spelled}?", hint='name its key, as in "file":"cart.rules.yaml"'
            )
        return spelled
    raise InvalidInputError(
        f"{spelled} keeps no rules",
        hint="name a PrometheusRule/namespace/name, or the ConfigMap of a rule file",
    )


def groups_in(manifest: Manifest, file: str | None) -> list[Manifest]:
    """Return the groups of rules that an object keeps; raise ConflictError for what is no file."""
    if not file:
        return items(manifest, "spec", "groups")
    written = strings(manifest, "data").get(file, "")
    if len(written) > _LONGEST_FILE:
        raise ConflictError(f"the file {file!r} is over {_LONGEST_FILE} bytes", hint="split it")
    try:
        aliased = any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(written))
        found: Json = None if aliased else yaml.safe_load(written)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConflictError(
            f"the file {file!r} is no YAML: Prometheus cannot read it either",
            hint="mend it with k8s_plan_change first",
        ) from error
    if aliased:  # a few lines of these may stand for gigabytes
        raise ConflictError(f"the file {file!r} uses YAML aliases", hint="write them out first")
    if found is not None and not isinstance(found, dict):
        raise ConflictError(f"the file {file!r} holds no groups", hint="is it a rule file?")
    if any(key != "groups" for key in cast("Manifest", found or {})):
        raise ConflictError(f"the file {file!r} is no rule file", hint="it has `groups` alone")
    return items(found, "groups")


def with_groups(manifest: Manifest, file: str | None, groups: list[Manifest]) -> Manifest:
    """Return an object that keeps these groups."""
    if not file:
        return cast("Manifest", put(manifest, ("spec", "groups"), groups))
    return cast("Manifest", put(manifest, ("data", file), written(groups)))


def written(groups: list[Manifest]) -> str:
    """Return the text of a rule file."""
    return yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=1_000)


def loses(manifest: Manifest, file: str | None) -> str:
    """Return what a file that is written anew loses: YAML read and written has no comments."""
    if not file:
        return ""
    old = strings(manifest, "data").get(file, "")
    return f"the file {file} is written anew: its comments go" if "#" in old else ""


def new_home(ref: Ref, labels: dict[str, str], groups: list[Manifest]) -> Manifest:
    """Return a new PrometheusRule; raise RefusedError for a new ConfigMap, which nobody mounts."""
    if ref.kind != KIND:
        raise RefusedError(
            f"there is no {ref}: a new rule file has to be mounted and named in the configuration",
            hint="name the ConfigMap that Prometheus reads its rule files from",
        )
    metadata: Manifest = {"name": ref.name, "namespace": ref.namespace}
    metadata |= {"labels": labels} if labels else {}
    return {"apiVersion": VERSION, "kind": KIND, "metadata": metadata, "spec": {"groups": groups}}


def group_named(groups: list[Manifest], name: str) -> Manifest | None:
    """Return a group by its name."""
    return next((one for one in groups if text(one, "name") == name), None)
