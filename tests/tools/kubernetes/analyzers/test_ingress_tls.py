"""Certificates that the controller of an Ingress does not find."""

import pytest

from clusterwright.tools.kubernetes.analyzers.ingress_tls import INGRESS_TLS
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, event, make, only

ONLY = (INGRESS_TLS,)
SAID = "TLS secret cart-tls is invalid: secret doesn't exist or of an unsupported type"


def ingress() -> Manifest:
    tls = [{"hosts": ["cart.example.com"], "secretName": "cart-tls"}]
    return make("Ingress", "web", api="networking.k8s.io/v1", spec={"tls": tls})


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        'Error syncing to GCP: secret "cart-tls" does not exist',
        'could not load secret shop/cart-tls: secrets "cart-tls" not found',
    ],
)
def test_a_secret_that_the_controller_does_not_find_is_told(said: str) -> None:
    one = ingress()
    finding = only(conclude(one, event(one, "Rejected", said), analyzers=ONLY))
    assert finding.code == "ingress/tls-secret-missing"
    assert finding.subject == Ref("Ingress", "web", "shop")
    assert finding.title == (
        'Its controller finds no Secret "cart-tls" with the certificate for cart.example.com'
    )
    assert finding.concluded


@pytest.mark.parametrize(
    "said",
    [
        "secret cart-tls-old does not exist",
        "secret old.cart-tls does not exist",
        "secret cart-tls was loaded",
        "service cart-tls not found",
    ],
)
def test_what_is_said_of_something_else_is_silent(said: str) -> None:
    one = ingress()
    assert conclude(one, event(one, "Rejected", said), analyzers=ONLY) == []


def test_what_was_said_long_ago_and_what_nobody_said_is_silent() -> None:
    one = ingress()
    assert conclude(one, event(one, "Rejected", SAID, age=3600), analyzers=ONLY) == []
    assert conclude(one, analyzers=ONLY) == []
