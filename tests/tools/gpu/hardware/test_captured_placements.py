"""Where instances may lie, as two real GPUs told it."""

import re
from pathlib import Path

import pytest

from clusterwright.tools.gpu.hardware.products import find

CAPTURED = Path(__file__).parent / "data" / "placements.txt"
_LINE = re.compile(r"GPU +0 Profile ID +(\d+) Placements? ?: \{([\d,]+)\}:(\d+)")


def captured(product: str) -> dict[int, tuple[tuple[int, ...], int]]:
    """Return, by profile id, the first slices of memory that were told, and the size."""
    part = CAPTURED.read_text().partition(f"# {product}\n")[2].partition("\n#")[0]
    return {
        int(number): (tuple(map(int, starts.split(","))), int(size))
        for number, starts, size in _LINE.findall(part)
    }


@pytest.mark.parametrize("product", ["NVIDIA H100 80GB HBM3", "NVIDIA H200"])
def test_placements_are_those_of_the_real_gpu(product: str) -> None:
    known = find(product)
    assert known is not None
    assert known.geometry is not None
    told = captured(product)
    ours = {one.id: (one.starts, one.size) for one in known.geometry.profiles}
    assert len(told) == 7
    assert {number: ours.get(number) for number in told} == told
