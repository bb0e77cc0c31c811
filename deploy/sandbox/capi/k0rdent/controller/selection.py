"""Label selectors of Kubernetes (apimachinery, meta/v1 LabelSelector)."""

from collections.abc import Mapping

from clusterwright.tools.manifest import Manifest, items, strings, text, texts


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Return whether a selector takes these labels; an empty one takes none, as in Sveltos."""
    equal, rules = strings(selector, "matchLabels"), items(selector, "matchExpressions")
    if not equal and not rules:
        return False
    return all(labels.get(key) == value for key, value in equal.items()) and all(
        _keeps(rule, labels) for rule in rules
    )


def _keeps(rule: Manifest, labels: Mapping[str, str]) -> bool:
    key, values = text(rule, "key"), texts(rule, "values")
    match text(rule, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels
