"""The table of causal rules as a page: what explains what, and where that is written."""

from collections.abc import Iterable
from itertools import groupby

from clusterwright.agents.diagnose.rule import Rule
from clusterwright.agents.diagnose.rules import SUBJECTS

_HEAD = (
    "# What explains what",
    "",
    "A diagnosis joins what all servers found by this table. A finding on the left is a symptom of",
    "one on the right that is on the same object, on what owns it, or on what is reached from it",
    "along the edges. `pod/*` is every finding of Pods that already fail. What nothing explains is",
    "a root cause; findings that explain each other in a circle are one. Codes with a * always",
    "have a cause below them, seen or not.",
    "",
    "`routes-to` leads from an Ingress, a webhook or a client to a Service. A client is told by",
    "a line of its log or an event that tells of a connection that failed and names the",
    "Service, or of a name that DNS does not know and a Service would have, by a probe that",
    "fails and asks it, by an init container that waits for it, or by settings that a",
    "NetworkPolicy keeps from working. `released-by` leads to a Helm release, an Argo CD",
    "Application, a Flux HelmRelease or a Kustomization. Of an owner that is reached only what",
    "is found on itself counts, not what else it owns.",
    "",
)


def page(note: str) -> str:
    """Return the page, a table for each subject; rules of one sentence share a line."""
    lines = [note, *_HEAD]
    for subject, rules in SUBJECTS.items():
        lines += [f"## {subject}", "", "| symptom | along | cause | because | source |"]
        lines += ["| --- | --- | --- | --- | --- |", *_rows(rules), ""]
    return "\n".join(lines)


def _rows(rules: Iterable[Rule]) -> Iterable[str]:
    for (edges, because, source), some in groupby(
        rules, key=lambda one: (one.edges, one.because, one.source)
    ):
        alike = list(some)
        effects = dict.fromkeys(f"`{one.effect}`{'*' * one.always}" for one in alike)
        causes = dict.fromkeys(f"`{one.cause}`" for one in alike)
        along = ", ".join(edge.value for edge in edges) or "the same"
        yield f"| {', '.join(effects)} | {along} | {', '.join(causes)} | {because} | {source} |"
