"""A diagnosis as JUnit XML, which every CI system shows: a suite for each cluster.

A root cause is a failure; one that is only worth knowing is a test that passes and says so. A kind
that was read is a test that passes, what could not be read is a skipped one, and a server that
could not be asked is an error.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree as Xml

from clusterwright.agents.diagnose.diagnosis import (
    Diagnosis,
    RootCause,
    SetAside,
    Source,
    Why,
    named,
)
from clusterwright.agents.report.evidence import evidence_lines
from clusterwright.agents.report.reach import new_line, unlisted
from clusterwright.agents.report.said import (
    deepest_line,
    first_lines,
    reasons,
    seen_line,
    since,
    steps,
    symptom_line,
)
from clusterwright.tools.finding import Severity
from clusterwright.tools.neutral import neutral

Outcome = Literal["passed", "failure", "error", "skipped"]
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_MOST_LINES = 50
_REST = "more, with -o json"
_NO_CLUSTER = "no cluster"


@dataclass(frozen=True, slots=True)
class _Case:
    """A test of a suite."""

    group: str
    name: str
    outcome: Outcome = "passed"
    message: str = ""
    type: str = ""
    lines: list[str] = field(default_factory=list[str])


def to_junit(diagnosis: Diagnosis) -> str:
    """Return the document; characters that XML does not allow are left out."""
    named = {one.cluster for one in (*diagnosis.sources, *diagnosis.root_causes)}
    named |= {one.cluster for one in diagnosis.set_aside}
    root = Xml.Element("testsuites", name="clusterwright")
    total: Counter[str] = Counter()
    for cluster in sorted(named):
        cases = list(_cases(diagnosis, cluster))
        total += _suite(root, cluster or _NO_CLUSTER, cases)
    _count(root, total)
    Xml.indent(root)
    return f"{_DECLARATION}\n{Xml.tostring(root, encoding='unicode')}\n"


def _cases(diagnosis: Diagnosis, cluster: str) -> Iterator[_Case]:
    yield from (_told(one) for one in diagnosis.root_causes if one.cluster == cluster)
    yield from (_aside(one) for one in diagnosis.set_aside if one.cluster == cluster)
    for source in diagnosis.sources:
        if source.cluster == cluster:
            yield from _read(source)


def _told(root: RootCause) -> _Case:
    lines = [f"{root.code} ({root.certainty.value}{since(root)})"]
    if seen := seen_line(root):
        lines.append(f"seen on: {seen}")
    if root.grown_by:
        lines.append(f"new: {new_line(root)}")
    if root.deepest_visible:
        lines.append(deepest_line(root))
    evidence = evidence_lines(root.evidence)
    lines += [f"evidence: {line}" for line in first_lines(evidence, _MOST_LINES, _REST)]
    symptoms = [symptom_line(one) for one in root.folded]
    shown = [*first_lines(symptoms, _MOST_LINES, _REST), *unlisted(root)]
    lines += [f"symptom: {line}" for line in shown]
    lines += [f"because: {line}" for line in reasons(root, root.folded)]
    lines += [f"next: {step}" for step in steps(root)]
    noted = root.severity is Severity.INFO
    return _Case(
        group="root causes",
        name=named(root.code, root.subject),
        outcome="passed" if noted else "failure",
        message=root.title,
        type=root.severity.value,
        lines=[root.title, *lines] if noted else lines,
    )


def _aside(one: SetAside) -> _Case:
    name = named(one.code, one.subject)
    match one.why:
        case Why.GONE:
            return _Case("root causes", name, lines=["gone since the baseline"])
        case Why.KNOWN:
            return _Case("root causes", name, "skipped", f"known from the baseline: {one.title}")
        case _:
            said = f"ignored by {one.owner} until {one.expires}: {one.reason}"
            return _Case("root causes", name, "skipped", said)


def _read(source: Source) -> Iterator[_Case]:
    for kind, count in source.checked.items():
        yield _Case("checked", f"{source.server}: {kind}", lines=[f"{count} read"])
    for gap in source.gaps:
        outcome: Outcome = "skipped" if source.answered else "error"
        yield _Case("not checked", f"{source.server}: {gap.what}", outcome, gap.reason)


def _suite(parent: Xml.Element, name: str, cases: list[_Case]) -> Counter[str]:
    suite = Xml.SubElement(parent, "testsuite", name=_text(name))
    counts = Counter({"tests": len(cases), "failures": 0, "errors": 0, "skipped": 0})
    met: Counter[tuple[str, str]] = Counter()
    for one in cases:
        met[one.group, one.name] += 1
        times = met[one.group, one.name]
        label = one.name if times == 1 else f"{one.name} ({times})"
        case = Xml.SubElement(
            suite, "testcase", classname=_text(f"{name}: {one.group}"), name=_text(label)
        )
        said = _text("\n".join(line.replace("\n", " ") for line in one.lines))
        if one.outcome == "passed":
            Xml.SubElement(case, "system-out").text = said
            continue
        counts[{"failure": "failures", "error": "errors"}.get(one.outcome, one.outcome)] += 1
        result = Xml.SubElement(case, one.outcome, message=_text(one.message))
        if one.type:
            result.set("type", one.type)
        result.text = said or None
    _count(suite, counts)
    return counts


def _count(element: Xml.Element, counts: Counter[str]) -> None:
    for name in ("tests", "failures", "errors", "skipped"):
        element.set(name, str(counts[name]))


def _text(said: str) -> str:
    return _NO_XML.sub("", neutral(said))
