"""Errors of a GPU's memory, and what has been set aside because of them."""

from clusterwright.tools.gpu_node.asking import Asked
from clusterwright.tools.gpu_node.models import Ecc, RemappedRows, RetiredPages
from clusterwright.tools.gpu_node.nvml import Number, Numbers

_BANKS = ("max", "high", "partial", "low", "none")


def ecc_of(asked: Asked) -> Ecc | None:
    """Return mode and counters; None where the product has no ECC."""
    mode = asked.numbers(Numbers.ECC_MODE)
    if mode is None:
        return None
    sram = asked.numbers(Numbers.SRAM_ERRORS)
    return Ecc(
        mode=bool(mode[0]),
        pending=bool(mode[1]),
        corrected_volatile=asked.number(Number.CORRECTED_VOLATILE),
        uncorrected_volatile=asked.number(Number.UNCORRECTED_VOLATILE),
        corrected_aggregate=asked.number(Number.CORRECTED_AGGREGATE),
        uncorrected_aggregate=asked.number(Number.UNCORRECTED_AGGREGATE),
        sram_uncorrected_volatile=None if sram is None else sram[0] + sram[1],
        sram_uncorrected_aggregate=None if sram is None else sram[2] + sram[3],
        sram_threshold_exceeded=None if sram is None else bool(sram[4]),
    )


def remapped_rows_of(asked: Asked) -> RemappedRows | None:
    """Return replaced rows; None where the product replaces none."""
    found = asked.numbers(Numbers.REMAPPED_ROWS)
    if found is None:
        return None
    correctable, uncorrectable, pending, failure = found
    banks = asked.numbers(Numbers.REMAP_HISTOGRAM)
    return RemappedRows(
        correctable=correctable,
        uncorrectable=uncorrectable,
        pending=bool(pending),
        failure=bool(failure),
        banks={} if banks is None else dict(zip(_BANKS, banks, strict=True)),
    )


def retired_pages_of(asked: Asked) -> RetiredPages | None:
    """Return retired pages; None where the product retires none."""
    found = RetiredPages(
        single_bit=asked.number(Number.RETIRED_SINGLE_BIT),
        double_bit=asked.number(Number.RETIRED_DOUBLE_BIT),
        pending=asked.flag(Number.RETIRED_PENDING),
    )
    return None if found == RetiredPages(None, None, None) else found
