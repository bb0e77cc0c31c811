"""Selectors of devices: what is evaluated, and what is honestly not."""

import pytest

from clusterwright.tools.gpu.fit.dra.device import Device
from clusterwright.tools.gpu.fit.dra.selector import holds

DOMAIN = "gpu.nvidia.com"
DEVICE = Device(
    DOMAIN,
    "a",
    "gpu-0",
    {
        "attributes": {
            "type": {"string": "gpu"},
            "productName": {"string": "NVIDIA H100 80GB HBM3"},
            "index": {"int": 3},
            "mig": {"bool": False},
            "resource.kubernetes.io/pcieRoot": {"string": "pci0000:01"},
        },
        "capacity": {"memory": {"value": "81559Mi"}},
    },
)
ATTRIBUTE = f"device.attributes['{DOMAIN}']"
MEMORY = f"device.capacity['{DOMAIN}'].memory"


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        (f"device.driver == '{DOMAIN}' && {ATTRIBUTE}.type == 'gpu'", True),
        (f'device.driver == "{DOMAIN}" && {ATTRIBUTE}.type == "mig"', False),
        (f"device.driver == 'gpu.amd.com' && {ATTRIBUTE}.family == 'AI'", False),
        (f"{ATTRIBUTE}.type == 'mig' || {ATTRIBUTE}.index >= 3", True),
        (f"!({ATTRIBUTE}.index < 3) && !{ATTRIBUTE}.mig", True),
        (f"{ATTRIBUTE}.productName.lowerAscii().contains('h100')", True),
        (f"{ATTRIBUTE}.productName in ['A', 'NVIDIA H100 80GB HBM3']", True),
        ("device.attributes['resource.kubernetes.io'].pcieRoot == 'pci0000:01'", True),
        (f"'type' in {ATTRIBUTE} && has({ATTRIBUTE}.index)", True),
        (f"{MEMORY}.compareTo(quantity('40Gi')) >= 0", True),
        (f"{MEMORY}.isGreaterThan(quantity('80Gi'))", False),
        (f"{ATTRIBUTE}.type == 'a && b'", False),
        # An attribute that is not there is an error in CEL; these are more than is evaluated.
        (f"{ATTRIBUTE}.none == 'x'", None),
        (f"{ATTRIBUTE}.productName.matches('.*')", None),
        (f"{ATTRIBUTE}.index + 1 == 4", None),
        ("true ? true : false", None),
        ("", None),
        ("(" * 2_000, None),
        ("!" * 1_500 + ATTRIBUTE, None),
        ("x" * 2_001, None),
    ],
)
def test_comparisons_are_evaluated_and_nothing_else_is_guessed(
    expression: str, answer: bool | None
) -> None:
    assert holds(expression, DEVICE) is answer
