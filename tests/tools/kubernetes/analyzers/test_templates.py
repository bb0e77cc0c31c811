"""Templates by their labels: which carry a selector, and which nearly do."""

from clusterwright.tools.kubernetes.analyzers.templates import Templates
from clusterwright.tools.ref import Ref


def one(name: str, **labels: str) -> tuple[Ref, dict[str, str]]:
    return Ref("Deployment", name, "shop"), labels


def names(templates: Templates, name: str, **wanted: str) -> list[str]:
    return [ref.name for ref, _ in templates.like(name, wanted)]


SOME = Templates([one("web", app="web", tier="front"), one("cart", app="cart", tier="back")])


def test_a_template_carries_a_selector_when_it_has_all_of_its_labels() -> None:
    assert SOME.carry({"app": "web", "tier": "front"})
    assert not SOME.carry({"app": "web", "tier": "back"})
    assert not SOME.carry({"app": "web", "zone": "a"})


def test_what_shares_a_name_a_label_or_a_value_is_alike_in_the_order_given() -> None:
    assert names(SOME, "cart", app="kart") == ["cart"]
    assert names(SOME, "x", app="cart", tier="front") == ["web", "cart"]
    assert names(SOME, "x", component="web") == ["web"]
    assert names(SOME, "x", app="other") == []


def test_a_label_that_everything_shares_does_not_hide_what_shares_more() -> None:
    many = [one(f"app-{i}", app=f"app-{i}", part="shop") for i in range(500)]
    found = names(Templates(many), "app-499", app="app-498", part="shop")
    assert found[-2:] == ["app-498", "app-499"]
    assert len(found) < len(many) / 2
