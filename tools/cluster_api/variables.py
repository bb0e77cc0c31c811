"""The variables of a Cluster's topology, as they may be shown."""

import json

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.redaction import redact

_MOST = 30


def variables_of(cluster: Manifest) -> dict[str, str]:
    """Return each variable with its value as JSON, a string without its marks."""
    found = items(cluster, "spec", "topology", "variables")[:_MOST]
    # By name before it is made a text: what an object holds is told by the keys inside.
    shown = redact({text(one, "name"): one.get("value") for one in found})
    return {name: _shown(value) for name, value in mapping(shown).items()}


def _shown(value: object) -> str:
    return one_line(value if isinstance(value, str) else json.dumps(value), 120)
