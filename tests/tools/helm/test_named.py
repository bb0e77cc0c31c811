"""How a release and a revision of it are named."""

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.named import chosen, parse
from clusterwright.tools.helm.record import Revision, Status
from clusterwright.tools.ref import Ref


def revision(number: int) -> Revision:
    record = Ref("Secret", f"sh.helm.release.v1.cart.v{number}", "shop")
    return Revision("shop", "cart", number, Status.SUPERSEDED, None, record)


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("shop/cart", ("shop", "cart")),
        (" shop/cart ", ("shop", "cart")),
        ("HelmRelease/shop/cart", ("shop", "cart")),
        ("cart", ("", "cart")),
        ("cart.v2-old", ("", "cart.v2-old")),
    ],
)
def test_a_release_is_named_with_its_namespace_or_alone(
    spelled: str, meant: tuple[str, str]
) -> None:
    assert parse(spelled) == meant


@pytest.mark.parametrize(
    "spelled", ["", "/", "shop/", "a/b/c", "../cart", "Shop/cart", "cart,owner=x", "c" * 90, "a b"]
)
def test_what_names_no_release_is_refused(spelled: str) -> None:
    with pytest.raises(InvalidInputError):
        parse(spelled)


def test_the_newest_revision_is_meant_unless_another_one_is_asked_for() -> None:
    kept = [revision(number) for number in range(30, 0, -1)]
    assert chosen(kept, None).number == 30
    assert chosen(kept, 7).number == 7
    with pytest.raises(NotFoundError, match="revision 31 of shop/cart is not kept") as raised:
        chosen(kept, 31)
    assert raised.value.hint == "these are: 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, …"
