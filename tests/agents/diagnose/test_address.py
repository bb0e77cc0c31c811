"""When two entries of a kubeconfig lead to one address."""

import pytest

from clusterwright.agents.diagnose.address import address_of, server_at
from clusterwright.tools.manifest import Manifest

ENTRY: Manifest = {"server": "https://prod.test:443", "certificate-authority-data": "Q0E="}


@pytest.mark.parametrize(
    "server", ["https://prod.test", "https://prod.test/", "https://PROD.test:443"]
)
def test_one_address_is_spelled_in_several_ways(server: str) -> None:
    assert address_of({**ENTRY, "server": server}) == address_of(ENTRY)


@pytest.mark.parametrize(
    "other",
    [
        {"server": "https://lab.test:443"},
        {"server": "https://prod.test:6443"},
        {"server": "http://prod.test:443"},
        {"server": "https://prod.test/k8s/clusters/c-1"},
        {"certificate-authority-data": "T1RIRVI="},
        {"insecure-skip-tls-verify": True},
        {"proxy-url": "http://bastion:3128"},
        {"tls-server-name": "lab"},
    ],
)
def test_what_leads_elsewhere_or_trusts_others_is_another_address(other: Manifest) -> None:
    assert address_of({**ENTRY, **other}) != address_of(ENTRY)


def test_what_names_no_server_leads_nowhere() -> None:
    assert address_of({}) is None


def test_a_server_that_is_no_url_is_taken_as_it_is() -> None:
    odd = address_of({"server": "https://[prod:port"})
    assert odd is not None
    assert odd.server == "https://[prod:port"


def test_the_endpoint_of_a_control_plane_is_the_server_that_a_kubeconfig_names() -> None:
    found = address_of(ENTRY)
    assert found is not None
    assert server_at("prod.test", "443") == found.server
    assert server_at("fd00::1", "6443") == "https://[fd00::1]:6443"
    assert server_at("", "6443") == ""
