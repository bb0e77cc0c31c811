"""A diagnosis for people: readable at 80 columns, with colour only where the console has it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clusterwright.agents.diagnose.diagnosis import (
    About,
    Diagnosis,
    RootCause,
    Verdict,
)
from clusterwright.agents.report.evidence import evidence_lines
from clusterwright.agents.report.reach import new_line, unlisted
from clusterwright.agents.report.said import (
    about_line,
    all_gap_lines,
    aside_rows,
    checked_lines,
    deepest_line,
    first_lines,
    reasons,
    seen_line,
    several_clusters,
    since,
    steps,
    symptom_line,
    verdict_line,
)
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Severity
from clusterwright.tools.neutral import neutral

_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_VERDICTS = {
    Verdict.UNKNOWN: "bold red",
    Verdict.HEALTHY: "bold green",
    Verdict.PROBLEMS: "bold",
}
_MOST_CAUSES = 20
_MOST_OF_A_CODE = 5
_MOST_LINES = 8
_MOST_NAMES = 3
_MOST_GAPS = 30
_REST = "more, all of them with -o json"


def render(diagnosis: Diagnosis, console: Console) -> None:
    """Print root causes, worst first, what to do about each, and what it all rests on.

    Of a great many, the first ones of each code are told in full and the others counted.
    """
    shown = _told_in_full(diagnosis.root_causes)
    several = several_clusters(diagnosis)
    with console.capture() as captured:
        for number, root in enumerate(shown, 1):
            body = _body(root, several=several)
            console.print(Group(_heading(number, root), Padding(body, (0, 0, 1, 3))))
        others = [root for root in diagnosis.root_causes if root not in shown]
        if others:
            console.print(_counted(others))
        console.print(_verdict(diagnosis))
        if diagnosis.about:
            console.print(_about(diagnosis.about))
        console.print(_basis(diagnosis))
    # Tables pad each line to the full width, which is in the way wherever text is copied or kept.
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")


def _told_in_full(roots: Sequence[RootCause]) -> list[RootCause]:
    if len(roots) <= _MOST_CAUSES:
        return list(roots)
    met: Counter[str] = Counter()
    shown: list[RootCause] = []
    for root in roots:
        met[root.code] += 1
        if met[root.code] <= _MOST_OF_A_CODE:
            shown.append(root)
    return shown[:_MOST_CAUSES]


def _counted(roots: Sequence[RootCause]) -> RenderableType:
    """Count root causes by code, with the subjects of the first ones."""
    by_code: defaultdict[str, list[str]] = defaultdict(list)
    for root in roots:
        by_code[root.code].append(str(root.subject))
    rows = _rows()
    for code, subjects in sorted(by_code.items(), key=lambda one: (-len(one[1]), one[0])):
        rows.add_row(_text(f"{len(subjects)} {code}"), _text(few(subjects, _MOST_NAMES)))
    lead = f"And {len(roots)} more, told in full with -o json, or a namespace at a time with -n:"
    return Group(Text(lead), Padding(rows, (0, 0, 1, 3)))


def _heading(number: int, root: RootCause) -> Text:
    return Text.assemble(
        f"{number}. ",
        (root.severity.value.upper(), _STYLES[root.severity]),
        "  ",
        (str(root.subject), "bold"),
        overflow="fold",
    )


def _body(root: RootCause, *, several: bool) -> RenderableType:
    rows = _rows()
    if several:
        rows.add_row("cluster", _text(root.cluster))
    rows.add_row("cause", _text(root.title))
    for label, line in _facts(root):
        rows.add_row(label, _text(line))
    return rows


def _text(said: str) -> Text:
    """Return what a server said as one line that cannot steer a terminal."""
    return Text(neutral(said).replace("\n", " "), overflow="fold")


def _facts(root: RootCause) -> Iterator[tuple[str, str]]:
    """Give the labelled lines below a cause; an empty label continues the one above."""
    yield "code", f"{root.code} ({root.certainty.value}{since(root)})"
    shown = {root.subject, *(one.ref for one in root.evidence[:1])}
    if root.more_members or not shown.issuperset(root.members):
        yield "seen on", seen_line(root)
    if len(root.path) > 1:
        yield "way", " ".join(root.path)
    if root.deepest_visible:
        yield "note", deepest_line(root)
    if root.grown_by:
        yield "new", new_line(root)
    yield from _labelled("evidence", evidence_lines(root.evidence))
    yield from _labelled("circle", [symptom_line(one) for one in root.circle])
    yield from _labelled("symptoms", [symptom_line(one) for one in root.symptoms])
    yield from (("", line) for line in unlisted(root))
    folded = (*root.circle, *root.symptoms[:_MOST_LINES])
    yield from _labelled("because", reasons(root, folded))
    yield from _labelled("next", steps(root))


def _labelled(label: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in first_lines(lines, _MOST_LINES, _REST):
        yield label, line
        label = ""


def _verdict(diagnosis: Diagnosis) -> Text:
    return Text(verdict_line(diagnosis), style=_VERDICTS[diagnosis.verdict])


def _about(about: About) -> RenderableType:
    rows = _rows()
    rows.add_row("asked", _text(about_line(about)))
    if about.note:
        rows.add_row(Text("unchecked", style="yellow"), _text(about.note))
    return rows


def _basis(diagnosis: Diagnosis) -> RenderableType:
    """Tell what is set aside, and what was read and what was not."""
    rows = _rows()
    for why, count, named in aside_rows(diagnosis):
        rows.add_row(why, _text(f"{count}: {named}"))
    for line in checked_lines(diagnosis):
        rows.add_row("checked", _text(line))
    gaps = all_gap_lines(diagnosis.sources)
    for line in gaps[:_MOST_GAPS]:
        rows.add_row(Text("unchecked", style="yellow"), _text(line))
    if len(gaps) > _MOST_GAPS:
        rows.add_row("", _text(f"and {len(gaps) - _MOST_GAPS} {_REST}"))
    return rows


def _rows() -> Table:
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(style="dim", no_wrap=True, min_width=8)
    rows.add_column(overflow="fold")
    return rows
