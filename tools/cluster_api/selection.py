"""Label selectors as objects hold them (apimachinery, meta/v1, LabelSelector)."""

from collections.abc import Mapping

from clusterwright.tools.manifest import Manifest, items, strings, text, texts


def is_empty(selector: Manifest) -> bool:
    """Return whether a selector asks for nothing."""
    return not strings(selector, "matchLabels") and not items(selector, "matchExpressions")


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Return whether a selector takes these labels. An empty one takes none.

    So k0rdent and Sveltos have it (multiclusterservice_controller.go; libsveltos, clusterproxy).
    """
    if is_empty(selector):
        return False
    equal = strings(selector, "matchLabels")
    return all(labels.get(key) == value for key, value in equal.items()) and all(
        _keeps(rule, labels) for rule in items(selector, "matchExpressions")
    )


def spelled(selector: Manifest) -> str:
    """Return a selector as kubectl takes it."""
    parts = [f"{key}={value}" for key, value in strings(selector, "matchLabels").items()]
    for rule in items(selector, "matchExpressions"):
        key, values = text(rule, "key"), ", ".join(texts(rule, "values"))
        match text(rule, "operator"):
            case "In":
                parts.append(f"{key} in ({values})")
            case "NotIn":
                parts.append(f"{key} notin ({values})")
            case "Exists":
                parts.append(key)
            case _:
                parts.append(f"!{key}")
    return ",".join(parts)


def _keeps(rule: Manifest, labels: Mapping[str, str]) -> bool:
    key, values = text(rule, "key"), texts(rule, "values")
    match text(rule, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False
