"""The demo's table: what is true beside what the agent named as root causes."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.cli.judge.compare import tells
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.tools.excerpt import counted


def missed(rendered: Sequence[Rendered], roots: Sequence[RootCause]) -> list[str]:
    """Return the scenarios whose truth no root cause tells."""
    return [
        one.name
        for one in rendered
        if not all(any(tells(root, truth) for root in roots) for truth in one.truth)
    ]


def wrong(rendered: Sequence[Rendered], roots: Sequence[RootCause]) -> list[RootCause]:
    """Return the root causes that are nobody's truth; a symptom told as a cause is one of them."""
    truths = [truth for one in rendered for truth in one.truth]
    return [root for root in roots if not any(tells(root, truth) for truth in truths)]


def compared(rendered: Sequence[Rendered], roots: Sequence[RootCause]) -> Table:
    """Return a row for each truth, and one for each root cause that is nobody's truth."""
    rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in ("FAULT", "TRUTH", "SAID", "FOLDED UNDER"):
        rows.add_column(header, overflow="fold")
    for one in rendered:
        for truth in one.truth:
            root = next((r for r in roots if tells(r, truth)), None)
            said = Text("found", "green") if root else Text("missed", "bold red")
            rows.add_row(one.name, truth.code, said, _folded(root))
    for root in wrong(rendered, roots):
        rows.add_row(str(root.subject), root.code, Text("wrong", "bold red"), _folded(root))
    return rows


def _folded(root: RootCause | None) -> str:
    count = len(root.symptoms) if root else 0
    return counted(count, "symptom") if count else ""
