"""Selectors of devices: what is evaluated, and what is honestly not."""

import pytest

from clusterwright.tools.gpu.dra.device import Device
from clusterwright.tools.gpu.dra.selector import holds, may_be_of

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
            "driverVersion": {"version": "580.95.5"},
            "links": {"strings": ["a", "b"]},
            "resource.kubernetes.io/pcieRoot": {"string": "pci0000:01"},
        },
        "capacity": {"memory": {"value": "81559Mi"}, "odd": {"value": "much"}},
    },
)
ATTRIBUTE = f"device.attributes['{DOMAIN}']"
MEMORY = f"device.capacity['{DOMAIN}'].memory"
IS_GPU = f"device.driver == '{DOMAIN}'"


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        (f"{IS_GPU} && {ATTRIBUTE}.type == 'gpu'", True),
        (f'device.driver == "{DOMAIN}" && {ATTRIBUTE}.type == "mig"', False),
        (f"device.driver == 'gpu.amd.com' && {ATTRIBUTE}.family == 'AI'", False),
        (f"{ATTRIBUTE}.type == 'mig' || {ATTRIBUTE}.index >= 3", True),
        (f"!({ATTRIBUTE}.index < 3) && !{ATTRIBUTE}.mig", True),
        (f"3 == {ATTRIBUTE}['index'] && -1 < {ATTRIBUTE}.index", True),
        (f"{ATTRIBUTE}.productName.lowerAscii().contains('h100')", True),
        (f"{ATTRIBUTE}.productName in ['A', 'NVIDIA H100 80GB HBM3']", True),
        ("device.attributes['resource.kubernetes.io'].pcieRoot == 'pci0000:01'", True),
        (f"'type' in {ATTRIBUTE} && has({ATTRIBUTE}.index)", True),
        (f"has({ATTRIBUTE}.none) || 'none' in device.capacity['{DOMAIN}']", False),
        (f"{MEMORY}.compareTo(quantity('40Gi')) >= 0", True),
        (f"quantity('40Gi').compareTo({MEMORY}) == -1", True),
        (f"{MEMORY}.isGreaterThan(quantity('80Gi'))", False),
        (f"{MEMORY}.isGreaterThan(quantity('0Gi'))", True),
        ("quantity('0m').compareTo(quantity('0')) == 0", True),
        (f"{ATTRIBUTE}.driverVersion.compareTo(semver('580.9.12')) > 0", True),
        (f"{ATTRIBUTE}.driverVersion.isLessThan(semver('581.0.0-rc.1'))", True),
        (f"{ATTRIBUTE}.driverVersion == semver('580.95.5+built')", True),
        (f"{ATTRIBUTE}.type == 'a && b'", False),
        # Operators bind as in CEL.
        (f"{ATTRIBUTE}.type == 'gpu' || {ATTRIBUTE}.mig && {ATTRIBUTE}.none == 'x'", True),
        (f"{IS_GPU} && {ATTRIBUTE}.none == 'x' && {ATTRIBUTE}.mig", False),
    ],
)
def test_comparisons_are_evaluated(expression: str, answer: bool) -> None:
    assert holds(expression, DEVICE) is answer


@pytest.mark.parametrize(
    "expression",
    [
        # Errors in CEL: what is not there, another type, no quantity, no version.
        f"{ATTRIBUTE}.none == 'x'",
        f"!{ATTRIBUTE}.type == 'gpu'",
        f"{ATTRIBUTE}.index == '3'",
        f"{ATTRIBUTE}.driverVersion == '580.95.5'",
        f"{ATTRIBUTE}.driverVersion.contains('580')",
        f"{ATTRIBUTE}.driverVersion.compareTo(semver('580')) > 0",
        f"{MEMORY}.compareTo(quantity('much')) > 0",
        f"{MEMORY}.compareTo(quantity('')) > 0",
        f"{MEMORY}.compareTo(quantity('+')) > 0",
        f"device.capacity['{DOMAIN}'].odd.compareTo(quantity('0')) > 0",
        # More than is read: what would be guessed if parts of it were.
        f"{ATTRIBUTE}.links == 'a'",
        f"{IS_GPU} || {ATTRIBUTE}.mig ? false : true",
        f"{ATTRIBUTE}.type == 'a\\' || {IS_GPU} || \\'b'",
        f"{{'a': {ATTRIBUTE}.mig || {IS_GPU} || false}}['a']",
        f"false // || {IS_GPU}",
        f"{ATTRIBUTE}.?type == optional.of('gpu') || {IS_GPU}",
        f"device.attributes.exists(device, true || {IS_GPU})",
        f"cel.bind(device, 1, {IS_GPU})",
        f"{ATTRIBUTE}.productName.matches('.*')",
        f"{ATTRIBUTE}.index + 1 == 4",
        f"{ATTRIBUTE}.mig == false == true",
        "true ? true : false",
        "",
        "(" * 2_000,
        "!" * 1_500 + ATTRIBUTE,
        "device" + ".a" * 900,
        "x" * 2_001,
        f"{ATTRIBUTE}.type in [{'      '.join(['1'] * 300)}",
    ],
)
def test_nothing_else_is_guessed(expression: str) -> None:
    assert holds(expression, DEVICE) is None


def test_what_decides_alone_is_told_beside_what_is_not_evaluated() -> None:
    unread = f"{ATTRIBUTE}.productName.matches('.*')"
    assert holds(f"{unread} || {IS_GPU}", DEVICE) is True
    assert holds(f"{unread} && device.driver == 'x'", DEVICE) is False
    assert holds(f"{unread} && {IS_GPU}", DEVICE) is None


def test_the_longest_chain_is_evaluated() -> None:
    assert holds(" || ".join(["false"] * 180 + ["true"]), DEVICE) is True


@pytest.mark.parametrize(
    ("expression", "may_be"),
    [
        (f"{IS_GPU} && {ATTRIBUTE}.type == 'gpu'", True),
        (f"device.driver == 'gpu.amd.com' && {ATTRIBUTE}.type.matches('x')", False),
        (f"!({IS_GPU})", False),
        (f"!has({ATTRIBUTE}.type)", True),
        (f"{ATTRIBUTE}.type == 'gpu'", True),
        ("device.driver.startsWith('gpu')", True),
    ],
)
def test_a_driver_is_ruled_out_only_where_no_device_of_its_could_match(
    expression: str, *, may_be: bool
) -> None:
    assert may_be_of(expression, DOMAIN) is may_be
