"""Which draft of JSON Schema Helm takes the schema of a chart for, and whether formats count.

After the validator of helm/helm 4.3 and its defaults (santhosh-tekuri/jsonschema v6): draft 2020-12
unless a schema says otherwise; formats count up to draft 7.
"""

from jsonschema_rs import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
)

from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.schema import Draft

_DRAFTS: tuple[tuple[str, Draft, bool], ...] = (
    ("draft-04", Draft4Validator, True),
    ("draft-06", Draft6Validator, True),
    ("draft-07", Draft7Validator, True),
    ("2019-09", Draft201909Validator, False),
)


def draft_of(schema: Manifest) -> tuple[Draft, bool]:
    """Return the draft of a chart's schema, and whether its formats count."""
    said = text(schema, "$schema")
    for spelled, draft, formats in _DRAFTS:
        if f"/{spelled}/" in said:
            return draft, formats
    return Draft202012Validator, False
