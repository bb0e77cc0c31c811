"""The YAML of an operator's ConfigMap, read within bounds: anybody who may edit it wrote it."""

from typing import cast

import yaml

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.yaml_loader import SafeLoader

_LONGEST = 300_000


def read_config(content: str, where: str, reader: str) -> Manifest:
    """Return the mapping that a text is; an empty one for an empty text.

    Raises RefusedError for a text that its reader could not read either; its words are not told.
    """
    if len(content) > _LONGEST:
        raise RefusedError(f"{where} is too long to be read here", hint="look at it with k8s_get")
    try:
        found: Json = yaml.load(content, SafeLoader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # as for the 31st of February
        raise RefusedError(
            f"{where} is no YAML, so that {reader} cannot read it either",
            hint="repair the ConfigMap where it comes from",
        ) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise RefusedError(
            f"{where} is no configuration for {reader}", hint="it begins with version: v1"
        )
    return cast("Manifest", found)
