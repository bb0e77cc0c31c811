"""The judge's rows as text."""

from collections.abc import Iterable, Sequence

from clusterwright.cli.judge.mend import Mended
from clusterwright.cli.judge.report import Row
from clusterwright.tools.answer import columns

_HEADER = ("SCENARIO", "DEVELOPED", "FOUND", "WRONG", "HEALED AND SILENT")


def table(rows: Iterable[Row]) -> str:
    """Return a line for each scenario, and below it what went wrong with it."""
    listed = sorted(rows, key=lambda row: (row.trap, row.name))
    return with_notes(_HEADER, [(_cells(row), _complaints(row)) for row in listed])


def mended_table(found: Iterable[Mended]) -> str:
    """Return a line for each repair, and below it what was wrong with it."""
    listed = sorted(found, key=lambda one: (one.expected, one.rendered.name))
    header = ("SCENARIO", "RIGHT IS", "RESULT", "TOOK", "WRITES")
    return with_notes(header, [(_mended_cells(one), one.wrong) for one in listed])


def with_notes(
    header: tuple[str, ...], rows: Sequence[tuple[tuple[str, ...], Sequence[str]]]
) -> str:
    """Return a line for each row's cells, and below it the row's notes, a line each."""
    lines = columns(header, [cells for cells, _ in rows]).splitlines()
    shown = lines[:1]
    for line, (_, notes) in zip(lines[1:], rows, strict=True):
        shown += [line, *(f"  {said}" for said in notes)]
    return "\n".join(shown)


def _mended_cells(one: Mended) -> tuple[str, ...]:
    seconds = f"{one.seconds:.0f} s"
    return (one.rendered.name, one.expected, one.result, seconds, str(one.writes))


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        _seconds(row.developed),
        _found(row),
        str(len(row.wrong)),
        "-" if row.trap else _seconds(row.silent),
    )


def _found(row: Row) -> str:
    if row.developed is None or row.failure:
        return "not judged"
    if row.trap:
        return "reported" if row.wrong else "silent"
    return "missed" if row.missed else "found"


def _seconds(value: float | None) -> str:
    return "no" if value is None else f"{value:.0f} s"


def _complaints(row: Row) -> list[str]:
    missed = [f"missed: {truth.code} on {truth.subject}" for truth in row.missed]
    wrong = [f"wrong: {one.code} on {one.subject}: {one.title}" for one in row.wrong]
    return [*missed, *wrong, *([row.failure] if row.failure else [])]
