"""A diagnosis as SARIF 2.1.0, for code scanning and for viewers of its results.

An object of a cluster is a logical location. It is a file as well, `cluster/Kind/namespace/name`,
since GitHub takes no result that is in none.
"""

import json
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from urllib.parse import quote

from clusterwright.agents.diagnose.diagnosis import (
    Diagnosis,
    Link,
    RootCause,
    Source,
    Symptom,
    link_name,
)
from clusterwright.agents.report.chains import chains
from clusterwright.agents.report.evidence import evidence_line
from clusterwright.agents.report.reach import new_line
from clusterwright.agents.report.said import (
    aside_rows,
    deepest_line,
    seen_line,
    steps,
    symptom_line,
    verdict_line,
)
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import counted
from clusterwright.tools.explain import front_matter, page
from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.neutral import neutral

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_UNREAD = "coverage/unread"
_ASIDE = "coverage/set-aside"
_MOST_RELATED = 50
_MOST_FLOWS = 10
_MOST_EVIDENCE = 4


def to_sarif(diagnosis: Diagnosis) -> str:
    """Return the document; what is not told as a root cause is in the run's properties."""
    codes = sorted({root.code for root in diagnosis.root_causes})
    met: Counter[str] = Counter()
    results: list[Manifest] = []
    for root in diagnosis.root_causes:
        met[root.id] += 1
        result = _result(root, codes.index(root.code), f"{root.id}:{met[root.id]}")
        if diagnosis.compared:
            result["baselineState"] = "new"
        results.append(result)
    run: Manifest = {
        "tool": {"driver": _driver(codes)},
        "invocations": [_invocation(diagnosis)],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "verdict": diagnosis.verdict.value,
            "complete": diagnosis.complete,
            "setAside": [one.model_dump(mode="json") for one in diagnosis.set_aside],
        },
    }
    clusters = sorted({one.cluster for one in diagnosis.sources if one.cluster})
    if clusters:
        run["automationDetails"] = {"id": f"clusterwright/{'+'.join(clusters)}/"}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _driver(codes: Sequence[str]) -> Manifest:
    notifications = {
        _UNREAD: "Something could not be read, and nothing is said about it.",
        _ASIDE: "Root causes that are ignored, known from a baseline, or gone since.",
    }
    return {
        "name": "clusterwright",
        "version": version("clusterwright"),
        "rules": [_rule(code) for code in codes],
        "notifications": [
            {"id": code, "shortDescription": {"text": text}} for code, text in notifications.items()
        ],
    }


def _rule(code: str) -> Manifest:
    """Return a finding code as a rule, with its page as help; another server's code has none."""
    try:
        front, text = front_matter(code), page(code)
    except NotFoundError:
        return {"id": code, "shortDescription": {"text": code}}
    level = _LEVELS.get(Severity(front["severity"]), "warning")
    return {
        "id": code,
        "shortDescription": {"text": front["summary"]},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [code.partition("/")[0]]},
    }


def _result(root: RootCause, rule: int, fingerprint: str) -> Manifest:
    result: Manifest = {
        "ruleId": root.code,
        "ruleIndex": rule,
        "level": _LEVELS[root.severity],
        "message": _message(*_sentences(root)),
        "locations": [_location(root.cluster, root)],
        # The first is the only one that GitHub compares.
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "clusterwright/rootCause/v1": fingerprint,
        },
        "properties": {"certainty": root.certainty.value, "next": root.next.model_dump()},
    }
    if root.folded:
        result["relatedLocations"] = [
            {"id": i, **_location(root.cluster, one), "message": _message(symptom_line(one))}
            for i, one in enumerate(root.folded[:_MOST_RELATED], 1)
        ]
    flows = _flows(root)
    if flows:
        result["codeFlows"] = flows
    return result


def _sentences(root: RootCause) -> list[str]:
    """Return what is wrong, what shows it, and what to do, for those who see the message only."""
    said = [root.title, *(evidence_line(one) for one in root.evidence[:_MOST_EVIDENCE])]
    if seen := seen_line(root):
        said.append(f"Seen on: {seen}")
    if root.grown_by:
        said.append(f"New: {new_line(root)}")
    if root.deepest_visible:
        said.append(deepest_line(root))
    if root.symptoms:
        symptoms = len(root.symptoms) + root.more_symptoms
        said.append(f"{counted(symptoms, 'symptom')} folded under")
    return [*said, *steps(root)]


def _flows(root: RootCause) -> list[Manifest]:
    """Return how the first symptoms come about, each as a flow from the cause to it."""
    ways = chains(root)
    placed = {link_name(one): one for one in (root, *root.folded)}
    flows: list[Manifest] = []
    for one in root.folded[:_MOST_FLOWS]:
        links = ways.get(link_name(one), ())
        way = [_step(root, root, root.title)] + [_effect(root, placed, link) for link in links]
        if links:
            flows.append({"threadFlows": [{"locations": way}]})
    return flows


def _effect(root: RootCause, placed: dict[str, RootCause | Symptom], link: Link) -> Manifest:
    return _step(root, placed.get(link.effect, root), f"{link.effect}: {link.because}")


def _step(root: RootCause, one: RootCause | Symptom, said: str) -> Manifest:
    return {"location": {**_location(root.cluster, one), "message": _message(said)}}


def _location(cluster: str, one: RootCause | Symptom) -> Manifest:
    path = "/".join(part for part in (one.cluster or cluster, str(one.subject)) if part)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path, safe="/")},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {"name": one.subject.name, "fullyQualifiedName": path, "kind": "resource"}
        ],
    }


def _invocation(diagnosis: Diagnosis) -> Manifest:
    told = [_notification(_UNREAD, source) for source in diagnosis.sources if source.gaps]
    rows = aside_rows(diagnosis)
    if rows:
        said = "; ".join(f"{count} {why}: {named}" for why, count, named in rows)
        told.append({"descriptor": {"id": _ASIDE}, "level": "note", "message": _message(said)})
    return {
        "executionSuccessful": all(one.answered for one in diagnosis.sources),
        "exitCodeDescription": verdict_line(diagnosis),
        "toolExecutionNotifications": told,
    }


def _notification(code: str, source: Source) -> Manifest:
    said = [f"{source.server}: {gap.what}: {gap.reason}" for gap in source.gaps]
    level = "warning" if source.answered else "error"
    return {"descriptor": {"id": code}, "level": level, "message": _message(*said)}


def _message(*lines: str) -> Manifest:
    """Return lines as plain text in which nothing is a link (SARIF 2.1.0, 3.11.6)."""
    text = "\n".join(neutral(line).replace("\n", " ") for line in lines)
    if "](" in text:
        text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return {"text": text}
