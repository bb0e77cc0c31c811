from clusterwright.tools.cluster_api.selection import selects
from clusterwright.tools.kubernetes.label_selector import selector_text
from clusterwright.tools.manifest import Manifest

LABELS = {"env": "prod", "gpu": "yes"}


def rule(key: str, operator: str, *values: str) -> Manifest:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


def test_a_selector_takes_what_kubernetes_says_it_takes() -> None:
    assert selects({"matchLabels": {"env": "prod"}}, LABELS)
    assert not selects({"matchLabels": {"env": "prod", "gpu": "no"}}, LABELS)
    assert selects(rule("env", "In", "prod", "test"), LABELS)
    assert not selects(rule("env", "NotIn", "prod"), LABELS)
    assert selects(rule("other", "NotIn", "x"), LABELS)
    assert selects(rule("gpu", "Exists"), LABELS)
    assert selects(rule("other", "DoesNotExist"), LABELS)
    assert not selects(rule("gpu", "Gt", "1"), LABELS)


def test_an_empty_selector_takes_nothing() -> None:
    assert not selects({}, LABELS)
    assert not selects({"matchLabels": {}}, LABELS)


def test_a_selector_is_spelled_as_kubectl_takes_it() -> None:
    both = {"matchLabels": {"env": "prod"}} | rule("gpu", "In", "a", "b")
    assert selector_text(both) == "env=prod,gpu in (a, b)"
    assert selector_text(rule("gpu", "DoesNotExist")) == "!gpu"
