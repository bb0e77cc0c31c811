"""What is new of a known root cause, and symptoms that it does not list, in every form."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.html import to_html
from clusterwright.agents.report.junit import to_junit
from clusterwright.agents.report.markdown import to_markdown
from clusterwright.agents.report.sarif import to_sarif
from clusterwright.agents.report.terminal import render
from clusterwright.agents.serving.cause import brief
from clusterwright.tools.finding import Edge
from tests.agents.found import answered, edge, finding


def diagnosis() -> Diagnosis:
    """A known Service without which a caller crashes now, and more that is listed elsewhere."""
    call = edge("Deployment/shop/cart", Edge.ROUTES_TO, "Service/shop/db")
    cart = finding("pod/crash-loop", "Deployment/shop/cart", relations=(call,))
    whole = correlate([answered(finding("service/selector-mismatch", "Service/shop/db"), cart)])
    [root] = whole.root_causes
    new = tuple(f"pod/crash-loop on Deployment/shop/{name}" for name in ("cart", "a", "b", "c"))
    grown = root.model_copy(update={"grown_by": new, "more_symptoms": 7})
    return whole.model_copy(update={"root_causes": (grown,)})


def to_text(found: Diagnosis) -> str:
    console = Console(file=io.StringIO(), width=200)
    render(found, console)
    return console.file.getvalue() if isinstance(console.file, io.StringIO) else ""


@pytest.mark.parametrize("form", [to_text, to_markdown, to_html, to_junit])
def test_what_is_new_and_what_is_not_listed_is_told(form: Callable[[Diagnosis], str]) -> None:
    said = form(diagnosis())
    assert (
        "pod/crash-loop on Deployment/shop/cart, pod/crash-loop on Deployment/shop/a,"
        " pod/crash-loop on Deployment/shop/b and 1 more"
    ) in said
    assert "and 7 more, as of other root causes" in said


def test_sarif_counts_all_symptoms_and_names_what_is_new() -> None:
    said = to_sarif(diagnosis())
    assert "8 symptoms folded under" in said
    assert "New: pod/crash-loop on Deployment/shop/cart, " in said


def test_the_agent_counts_all_symptoms() -> None:
    [root] = diagnosis().root_causes
    assert brief(root, "dev", 0).explains == 8
