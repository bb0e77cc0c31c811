"""Partitions of AMD's accelerators."""

import pytest

from clusterwright.tools.gpu.hardware.partitions import (
    CDNA2,
    MI300,
    MI350,
    PARTITIONS,
    Partitioning,
    modes_of,
)


@pytest.mark.parametrize(
    ("partitioning", "compute", "memory", "says"),
    [
        (MI300, "SPX", "NPS1", None),
        (MI300, "CPX", "NPS4", None),
        (MI300, "cpx", "nps1", None),
        (MI300, "DPX", "NPS2", None),
        (MI300, "SPX", "NPS4", "SPX takes NPS1, not 'NPS4'"),
        (MI300, "CPX", "NPS2", "CPX takes NPS1 or NPS4, not 'NPS2'"),
        (MI300, "TPX", "NPS1", "it has no mode 'TPX'; it has SPX, DPX, QPX, CPX"),
        (MI350, "CPX", "NPS2", None),
        (MI350, "QPX", "NPS4", "QPX takes NPS1 or NPS2, not 'NPS4'"),
        (CDNA2, "SPX", "NPS1", "it cannot be split"),
    ],
)
def test_modes_that_do_not_go_together_say_which_do(
    partitioning: Partitioning, compute: str, memory: str, says: str | None
) -> None:
    assert partitioning.why_not(compute, memory) == says


@pytest.mark.parametrize(
    ("resource", "modes"),
    [
        ("amd.com/cpx_nps4", ("CPX", "NPS4")),
        ("amd.com/spx_nps1", ("SPX", "NPS1")),
        ("amd.com/gpu", None),
        ("nvidia.com/gpu", None),
        ("amd.com/cpx_nps3", None),
        ("", None),
    ],
)
def test_a_resource_names_the_modes_of_its_partitions(
    resource: str, modes: tuple[str, str] | None
) -> None:
    assert modes_of(resource) == modes


def test_no_mode_of_memory_has_more_parts_than_that_of_compute() -> None:
    for partitioning in (MI300, MI350):
        for compute, memories in partitioning.modes.items():
            assert all(int(one.removeprefix("NPS")) <= PARTITIONS[compute] for one in memories)
