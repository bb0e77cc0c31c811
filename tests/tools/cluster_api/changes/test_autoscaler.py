"""The bounds that a cluster autoscaler was given for a pool."""

import pytest

from clusterwright.tools.cluster_api.changes.autoscaler import bounds, check_bounds
from clusterwright.tools.cluster_api.changes.pools import Pool

SIZE = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-{}-size"


def pool(least: str, most: str) -> Pool:
    annotations = {SIZE.format("min"): least, SIZE.format("max"): most}
    return Pool("gpu", None, {"metadata": {"annotations": annotations}}, (), {}, ())


def test_bounds_are_two_numbers() -> None:
    assert bounds(pool("2", "8")) == (2, 8)


@pytest.mark.parametrize("odd", ["", "-1", "many", "1.5", "9" * 10, "9" * 5_000])
def test_what_is_no_number_of_machines_is_no_bound(odd: str) -> None:
    for one in (pool("2", odd), pool(odd, "8")):
        assert bounds(one) is None
        assert check_bounds(one, 4) == ()
