"""Kubernetes quantities as numbers, and as people write them."""

import math

import pytest

from clusterwright.tools.quantity import quantities, quantity, read, spelled


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("500m", 0.5),
        ("100m", 0.1),
        ("2k", 2000),
        ("2Gi", 2 * 2**30),
        ("1e3", 1000),
        ("3e2", 300),
        (4, 4),
        ("1E", 1e18),
        ("", 0),
        (None, 0),
        ("x", 0),
        ("many", 0),
        ("1.5Gi", 1.5 * 2**30),
        ("12E", 12e18),
        ("-1", -1),
        ("1.2.3", 0),
        ("5Zi", 0),
        ("1e400", 0),
        ("1e", 0),
        ("1em", 0),
        (math.inf, 0),
        (math.nan, 0),
        (10**400, 0),
    ],
)
def test_quantities_are_read_as_kubernetes_does(written: object, amount: float) -> None:
    assert quantity(written) == amount


@pytest.mark.parametrize("written", ["0", "0Gi", "0m", "0e3", "-0", ".0", 0, 0.0])
def test_zero_is_a_quantity(written: object) -> None:
    assert read(written) == 0


@pytest.mark.parametrize(
    "written", ["", "+", ".", "much", "5Zi", "1e", "1em", None, [], math.nan, math.inf, 10**400]
)
def test_what_is_none_is_told_from_zero(written: object) -> None:
    assert read(written) is None


@pytest.mark.parametrize(
    ("amount", "resource", "written"),
    [
        (0.5, "cpu", "500m"),
        (2 * 2**30, "memory", "2Gi"),
        (8, "nvidia.com/gpu", "8"),
        (0, "cpu", "0"),
    ],
)
def test_amounts_are_spelled_as_people_write_them(
    amount: float, resource: str, written: str
) -> None:
    assert spelled(amount, resource) == written


def test_resources_of_an_odd_object_are_none() -> None:
    assert quantities({"status": {"capacity": ["cpu"]}}, "status", "capacity") == {}
