"""A diagnosis as one HTML file: no script, nothing from a network, for the screen and for paper."""

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as Xml

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause
from clusterwright.agents.report.evidence import evidence_lines
from clusterwright.agents.report.graph_drawing import draw
from clusterwright.agents.report.markup import Node, tag
from clusterwright.agents.report.reach import new_line, unlisted
from clusterwright.agents.report.said import (
    about_line,
    all_gap_lines,
    aside_rows,
    checked_lines,
    deepest_line,
    first_lines,
    seen_on,
    several_clusters,
    since,
    steps,
    symptom_line,
    verdict_line,
)
from clusterwright.tools.excerpt import counted

_MOST_TOLD = 100
_MOST_LISTED = 1_000
_MOST_LINES = 30
_MOST_EVIDENCE = 12
_MOST_GAPS = 100


def to_html(diagnosis: Diagnosis) -> str:
    """Return the page; equal diagnoses give equal bytes.

    The first hundred root causes are told in full, the first thousand listed, the rest counted.
    """
    style = (Path(__file__).with_name("report.css")).read_text(encoding="utf-8")
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"Diagnosis: {verdict_line(diagnosis)}"),
        _style(style),
    )
    page = tag("html", head, tag("body", *_body(diagnosis)), lang="en")
    text = Xml.tostring(page, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n"


def _style(text: str) -> Xml.Element:
    made = Xml.Element("style")
    made.text = text  # ours, and hashed: not a character of it may change
    return made


def _body(diagnosis: Diagnosis) -> Iterator[Xml.Element]:
    yield tag("h1", "Diagnosis")
    yield tag("p", verdict_line(diagnosis), class_=f"verdict {diagnosis.verdict.value}")
    if diagnosis.about:
        note = f"; {diagnosis.about.note}" if diagnosis.about.note else ""
        yield tag("p", "Asked about ", tag("code", about_line(diagnosis.about) + note))
    roots = diagnosis.root_causes
    if len(roots) > 1:
        yield _listed(roots[:_MOST_LISTED], where=several_clusters(diagnosis))
    if len(roots) > _MOST_LISTED:
        yield _counted(roots[_MOST_LISTED:])
    for number, root in enumerate(roots[:_MOST_TOLD], 1):
        yield _section(number, root)
    if len(roots) > _MOST_TOLD:
        left = counted(len(roots) - _MOST_TOLD, "more root cause")
        yield tag("p", f"And {left}, told in full with ", tag("code", "-o json"), ".")
    yield _basis(diagnosis)


def _listed(roots: Sequence[RootCause], *, where: bool) -> Xml.Element:
    titles = tag("tr", *(tag("th", title) for title in ("", "severity", "object", "cause")))
    rows = (_row(number, root, where=where) for number, root in enumerate(roots, 1))
    return tag("table", tag("thead", titles), tag("tbody", *rows))


def _row(number: int, root: RootCause, *, where: bool) -> Xml.Element:
    subject = tag("code", f"{f'{root.cluster}: ' * where}{root.subject}")
    told = number <= _MOST_TOLD
    return tag(
        "tr",
        tag("td", str(number)),
        tag("td", _severity(root)),
        tag("td", tag("a", subject, href=f"#cause-{number}") if told else subject),
        tag("td", root.title),
    )


def _counted(roots: Sequence[RootCause]) -> Xml.Element:
    codes = Counter(root.code for root in roots)
    named = ", ".join(f"{count} {code}" for code, count in sorted(codes.items()))
    return tag("p", f"And {counted(len(roots), 'more root cause')}: {named}.")


def _severity(root: RootCause) -> Xml.Element:
    return tag("span", root.severity.value, class_=f"severity {root.severity.value}")


def _section(number: int, root: RootCause) -> Xml.Element:
    heading = tag("h2", f"{number}. ", _severity(root), " ", tag("code", str(root.subject)))
    facts: list[Node] = []
    for label, shown in _facts(root):
        facts += [tag("dt", label), tag("dd", shown)]
    drawing = draw(root, number)
    parts = [heading, tag("dl", *facts), *([] if drawing is None else [drawing])]
    return tag("section", *parts, id=f"cause-{number}")


def _facts(root: RootCause) -> Iterator[tuple[str, Node]]:
    yield "cause", tag("strong", root.title)
    yield "code", tag("span", tag("code", root.code), f" ({root.certainty.value}{since(root)})")
    if root.cluster:
        yield "cluster", tag("code", root.cluster)
    members, left = seen_on(root, _MOST_LINES)
    if members:
        more = [tag("li", f"and {left} more")] if left else []
        yield "seen on", tag("ul", *(tag("li", one) for one in members), *more)
    if root.grown_by:
        yield "new", new_line(root)
    if len(root.path) > 1:
        yield "way", tag("code", " ".join(root.path))
    if root.deepest_visible:
        yield "note", deepest_line(root)
    yield "evidence", _evidence(evidence_lines(root.evidence))
    if root.circle:
        yield "circle", _list([symptom_line(one) for one in root.circle])
    if root.symptoms:
        yield "symptoms", _list([symptom_line(one) for one in root.symptoms], *unlisted(root))
    fix = [tag("li", root.next.fix)] if root.next.fix else []
    typed = steps(root)[len(fix) :]
    yield "next", tag("ol", *fix, *(tag("li", tag("code", step)) for step in typed))


def _evidence(lines: list[str]) -> Xml.Element:
    shown = first_lines(lines, _MOST_EVIDENCE, "more lines, with -o json")
    return tag("pre", "\n".join(line.replace("\n", " ") for line in shown))


def _list(lines: list[str], *after: str) -> Xml.Element:
    shown = [*first_lines(lines, _MOST_LINES, "more, all of them with -o json"), *after]
    return tag("ul", *(tag("li", line) for line in shown))


def _basis(diagnosis: Diagnosis) -> Xml.Element:
    facts: list[Node] = []
    for why, count, named in aside_rows(diagnosis):
        facts += [tag("dt", why), tag("dd", f"{count}: {named}")]
    for line in checked_lines(diagnosis):
        facts += [tag("dt", "checked"), tag("dd", line)]
    gaps = all_gap_lines(diagnosis.sources)
    for line in gaps[:_MOST_GAPS]:
        facts += [tag("dt", "not checked", class_="warning"), tag("dd", line)]
    if len(gaps) > _MOST_GAPS:
        more = f"{len(gaps) - _MOST_GAPS} more gaps, all of them with -o json"
        facts += [tag("dt", "and"), tag("dd", more)]
    return tag("section", tag("h2", "What this rests on"), tag("dl", *facts))
