"""A diagnosis for people: readable at 80 columns, with colour only where the console has it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from clusterwright.agents.diagnose.diagnosis import (
    About,
    Diagnosis,
    RootCause,
    Source,
    Symptom,
    Verdict,
)
from clusterwright.agents.report.evidence import evidence_lines
from clusterwright.tools.finding import Severity
from clusterwright.tools.neutral import neutral

_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_MOST_CAUSES = 20
_MOST_OF_A_CODE = 5
_MOST_LINES = 8
_MOST_NAMES = 3


def render(diagnosis: Diagnosis, console: Console) -> None:
    """Print root causes, worst first, what to do about each, and what it all rests on.

    Of a great many, the first ones of each code are told in full and the others counted.
    """
    shown = _told_in_full(diagnosis.root_causes)
    with console.capture() as captured:
        for number, root in enumerate(shown, 1):
            console.print(Group(_heading(number, root), Padding(_body(root), (0, 0, 1, 3))))
        others = [root for root in diagnosis.root_causes if root not in shown]
        if others:
            console.print(_counted(others))
        console.print(_verdict(diagnosis))
        if diagnosis.about:
            console.print(_about(diagnosis.about))
        console.print(_coverage(diagnosis.sources))
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
        rows.add_row(_text(f"{len(subjects)} {code}"), _text(_names(subjects)))
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


def _body(root: RootCause) -> RenderableType:
    rows = _rows()
    rows.add_row("cause", _text(root.title))
    for label, line in _facts(root):
        rows.add_row(label, _text(line))
    return rows


def _text(said: str) -> Text:
    """Return what a server said as one line that cannot steer a terminal."""
    return Text(neutral(said).replace("\n", " "), overflow="fold")


def _facts(root: RootCause) -> Iterator[tuple[str, str]]:
    """Give the labelled lines below a cause; an empty label continues the one above."""
    yield "code", f"{root.code} ({root.certainty.value}{_since(root)})"
    shown = {root.subject, *(one.ref for one in root.evidence[:1])}
    if not shown.issuperset(root.members):
        yield "seen on", _names([str(one) for one in root.members])
    if len(root.path) > 1:
        yield "way", " ".join(root.path)
    if root.deepest_visible:
        yield "note", "the deepest visible cause: what is below could not be read"
    yield from _labelled("evidence", evidence_lines(root.evidence))
    yield from _labelled("circle", [_symptom(one) for one in root.circle])
    yield from _labelled("symptoms", [_symptom(one) for one in root.symptoms])
    steps = (root.next.fix, root.next.shell, root.next.command)
    yield from _labelled("next", [step for step in steps if step])


def _since(root: RootCause) -> str:
    return f", since {root.since:%Y-%m-%d %H:%M:%S} UTC" if root.since else ""


def _symptom(symptom: Symptom) -> str:
    return f"{symptom.subject} {symptom.code}: {symptom.title}"


def _labelled(label: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    shown = lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        shown.append(f"and {len(lines) - _MOST_LINES} more, all of them with -o json")
    for line in shown:
        yield label, line
        label = ""


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _verdict(diagnosis: Diagnosis) -> Text:
    roots = diagnosis.root_causes
    match diagnosis.verdict:
        case Verdict.UNKNOWN:
            some = any(one.answered and one.checked for one in diagnosis.sources)
            if diagnosis.about and diagnosis.about.well is False:
                return Text("It is not well, and no cause was found.", style="bold red")
            said = "Nothing could be checked."
            if some:
                said = "No problems found in what could be checked; a server could not be asked."
            return Text(said, style="bold red")
        case Verdict.HEALTHY:
            partly = "" if diagnosis.complete else " in what could be checked"
            noted = f"; {len(roots)} worth knowing" if roots else ""
            return Text(f"No problems found{partly}{noted}.", style="bold green")
        case Verdict.PROBLEMS:
            symptoms = len({(s.code, s.subject) for root in roots for s in root.symptoms})
            causes = f"{len(roots)} root cause{'s' * (len(roots) != 1)}"
            folded = f", {symptoms} symptom{'s' * (symptoms != 1)} folded under" if symptoms else ""
            return Text(f"{causes}{folded}.", style="bold")


def _about(about: About) -> RenderableType:
    rows = _rows()
    well = {True: "well", False: "not well", None: "unknown"}[about.well]
    rows.add_row("asked", _text(f"{about.ref}: {well}" + (f", {about.state}" * bool(about.state))))
    if about.note:
        rows.add_row(Text("unchecked", style="yellow"), _text(about.note))
    return rows


def _coverage(sources: Iterable[Source]) -> RenderableType:
    rows = _rows()
    for source in sources:
        if source.answered:
            where = f"cluster {source.cluster}: " if source.cluster else ""
            counts = ", ".join(f"{count} {kind}" for kind, count in source.checked.items())
            rows.add_row("checked", _text(where + (counts or "nothing")))
        for reason in dict.fromkeys(gap.reason for gap in source.gaps):
            what = ", ".join(gap.what for gap in source.gaps if gap.reason == reason)
            rows.add_row(Text("unchecked", style="yellow"), _text(f"{what}: {reason}"))
    return rows


def _rows() -> Table:
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(style="dim", no_wrap=True, min_width=8)
    rows.add_column(overflow="fold")
    return rows
