"""A diagnosis as Markdown, to paste into a ticket or a pull request.

Whatever a server said stands in code: no Markdown, HTML, mention, link or number of an issue in it
is read as such, neither by CommonMark nor by what GitHub and GitLab do with text after it.
"""

import re
from collections.abc import Iterable, Iterator

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause
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
    seen_on,
    since,
    steps,
    symptom_line,
    verdict_line,
)
from clusterwright.tools.excerpt import counted
from clusterwright.tools.neutral import neutral

_MOST_CAUSES = 50
_REST = ", told in full with `-o json`"
_MORE = "more, all of them with `-o json`"
_MOST_LINES = 20
_MOST_EVIDENCE = 12
_MOST_GAPS = 100
_BACKTICKS = re.compile("`+")


def to_markdown(diagnosis: Diagnosis, most: int = _MOST_CAUSES, *, rest: str = _REST) -> str:
    """Return the document: the verdict first, then root causes, worst first, then coverage.

    So many root causes are told, at `most`; `rest` says where the others, which are counted, are.
    """
    shown = diagnosis.root_causes[:most]
    blocks = ["# Diagnosis", f"**{verdict_line(diagnosis)}**"]
    if diagnosis.about:
        note = f": {code(diagnosis.about.note)}" if diagnosis.about.note else ""
        blocks.append(f"Asked about {code(about_line(diagnosis.about))}{note}")
    for number, root in enumerate(shown, 1):
        blocks += _root(number, root)
    left = diagnosis.root_causes[len(shown) :]
    if left:
        blocks.append(f"And {counted(len(left), 'more root cause')}{rest}.")
    blocks += ["## What this rests on", "\n".join(_basis(diagnosis))]
    return "\n\n".join(blocks) + "\n"


def code(text: str) -> str:
    """Return text as a code span, whatever is in it: one line, fenced by more than it has."""
    line = " ".join(neutral(text).split()) or " "
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(line)), default=0))
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def code_block(lines: Iterable[str]) -> str:
    """Return lines as a fenced block, of which none can end it."""
    text = "\n".join(neutral(line).replace("\n", " ") for line in lines)
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _root(number: int, root: RootCause) -> Iterator[str]:
    yield f"## {number}. {root.severity.value.capitalize()}: {code(str(root.subject))}"
    yield "\n".join(_facts(root))
    yield "Evidence:"
    yield code_block(
        first_lines(evidence_lines(root.evidence), _MOST_EVIDENCE, "more lines, with -o json")
    )
    for title, symptoms in (("In a circle with:", root.circle), ("Symptoms:", root.symptoms)):
        if symptoms:
            yield title
            coded = [code(symptom_line(one)) for one in symptoms]
            more = unlisted(root) if symptoms is root.symptoms else []
            shown = [*first_lines(coded, _MOST_LINES, _MORE), *more]
            yield "\n".join(f"- {line}" for line in shown)
    why = reasons(root, root.folded)
    if why:
        yield "Because " + "; ".join(why) + "."
    yield "Next:"
    yield "\n".join(f"{number}. {code(step)}" for number, step in enumerate(steps(root), 1))


def _facts(root: RootCause) -> Iterator[str]:
    yield f"- Cause: {code(root.title)}"
    yield f"- Code: {code(root.code)} ({root.certainty.value}{since(root)})"
    if root.cluster:
        yield f"- Cluster: {code(root.cluster)}"
    members, left = seen_on(root, _MOST_LINES)
    if members:
        more = f" and {left} more" if left else ""
        yield f"- Seen on: {', '.join(map(code, members))}{more}"
    if root.grown_by:
        yield f"- New: {code(new_line(root))}"
    if len(root.path) > 1:
        yield f"- Way: {code(' '.join(root.path))}"
    if root.deepest_visible:
        yield f"- Note: {code(deepest_line(root))}"


def _basis(diagnosis: Diagnosis) -> Iterator[str]:
    for why, count, named in aside_rows(diagnosis):
        yield f"- {count} {why}: {code(named)}"
    for line in checked_lines(diagnosis):
        yield f"- Checked: {code(line)}"
    gaps = [f"**Not checked**: {code(line)}" for line in all_gap_lines(diagnosis.sources)]
    left = "more gaps, all of them with `-o json`"
    yield from (f"- {line}" for line in first_lines(gaps, _MOST_GAPS, left))
