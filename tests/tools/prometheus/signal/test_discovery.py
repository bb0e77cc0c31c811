"""What is asked to find out which metrics there are."""

import pytest

from clusterwright.tools.prometheus.signal.all import for_subject
from clusterwright.tools.prometheus.signal.discovery import discover
from clusterwright.tools.prometheus.signal.subject import About, Subject
from clusterwright.tools.ref import Ref

REFS = {
    About.WORKLOAD: Ref("Deployment", "cart", "shop", "apps"),
    About.POD: Ref("Pod", "cart-1", "shop"),
    About.NAMESPACE: Ref("Namespace", "shop"),
    About.NODE: Ref("Node", "gpu-1"),
    About.GPU: Ref("Node", "gpu-1"),
}


@pytest.mark.parametrize("about", About)
def test_each_query_fits_into_a_url_so_that_get_services_proxy_is_enough(about: About) -> None:
    subject = Subject(about, REFS[about], pods="cart-[a-z0-9]+-[a-z0-9]+", services="cart|web")
    found = discover(subject, for_subject(about))
    assert found.queries
    assert all(len(one) <= 3_000 for one in found.queries)
    asked = "".join(found.queries)
    assert all(f'"branch", "{number}"' in asked for number in range(len(found.branches)))
