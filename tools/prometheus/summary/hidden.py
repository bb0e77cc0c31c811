"""Labels whose names tell that somebody wrote a credential into them."""

from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.redaction import REDACTED
from clusterwright.tools.telling import harmless, secret_name

_NAMES_ONE = frozenset({"secret", "exported_secret"})
"""Labels that hold the name of a Secret, as kube-state-metrics writes them."""


def without_secrets(labels: Labels) -> dict[str, str]:
    """Return labels as they may be shown; what only its shape gives away is redacted later."""
    return {key: REDACTED if _tells(key, value) else value for key, value in labels.items()}


def _tells(key: str, value: str) -> bool:
    return key not in _NAMES_ONE and secret_name(key) and not harmless(value)
