"""Label selectors: `matchLabels` and `matchExpressions`, as every policy and budget writes them."""

from collections.abc import Mapping

from clusterwright.tools.manifest import Json, Manifest, items, strings, text, texts


def matches(selector: Json, labels: Mapping[str, str]) -> bool:
    """Return whether a selector matches; an empty one matches everything.

    Follows LabelSelectorAsSelector of k8s.io/apimachinery: all parts must hold, and `NotIn` also
    holds where the label is absent. An operator that is none matches nothing.
    """
    wanted = strings(selector, "matchLabels")
    return wanted.items() <= labels.items() and all(
        _holds(one, labels) for one in items(selector, "matchExpressions")
    )


def _holds(expression: Manifest, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(text(expression, "key")), texts(expression, "values")
    match text(expression, "operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False
