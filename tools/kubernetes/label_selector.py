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
        holds(one, labels) for one in items(selector, "matchExpressions")
    )


def selector_text(selector: Manifest) -> str:
    """Return a selector as kubectl takes it and the API's labelSelector parameter spells it."""
    parts = [f"{key}={value}" for key, value in strings(selector, "matchLabels").items()]
    for one in items(selector, "matchExpressions"):
        key, values = text(one, "key"), ", ".join(texts(one, "values"))
        match text(one, "operator"):
            case "In":
                parts.append(f"{key} in ({values})")
            case "NotIn":
                parts.append(f"{key} notin ({values})")
            case "Exists":
                parts.append(key)
            case "DoesNotExist":
                parts.append(f"!{key}")
            case _:
                continue
    return ",".join(parts)


def holds(expression: Manifest, labels: Mapping[str, str]) -> bool:
    """Return whether one of `matchExpressions` holds."""
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
