"""Label selectors where an empty one asks for nothing and takes nothing.

So k0rdent and Sveltos have it (multiclusterservice_controller.go; libsveltos, clusterproxy).
"""

from collections.abc import Mapping

from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import Manifest, items, strings


def is_empty(selector: Manifest) -> bool:
    """Return whether a selector asks for nothing."""
    return not strings(selector, "matchLabels") and not items(selector, "matchExpressions")


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Return whether a selector takes these labels; an empty one takes none."""
    return not is_empty(selector) and matches(selector, labels)
