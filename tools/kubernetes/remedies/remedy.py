"""What remedies are made of: the finding, what was read, and the paths of templates."""

import re
from collections.abc import Callable, Iterable

from clusterwright.tools.finding import FieldEvidence, Finding, Remedy
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

Remedies = Callable[[Finding, Snapshot], Iterable[Remedy]]

_FILTER = re.compile(r"\[\?\(@\.(\w+)==(?:'([^']*)'|(\d+))\)\]")
_CONTAINER = re.compile(
    r"\.(?:c|initC|ephemeralC)ontainer(?:Statuse)?s\[\?\(@\.name=='([^']+)'\)\]"
)
_TEMPLATES = {
    "Deployment": "spec.template.",
    "StatefulSet": "spec.template.",
    "DaemonSet": "spec.template.",
    "CronJob": "spec.jobTemplate.spec.template.",
}
"""Where a kind keeps the template of its pods, if a change of it makes new ones."""


def patch(ref: Ref, fields: dict[str, Json]) -> Manifest:
    """Return a change of fields."""
    return {"kind": "patch", "object": str(ref), "set": fields}


def in_template(subject: Ref, path: str) -> str | None:
    """Return the field of a workload that a JSONPath of its pods comes from; None if there is none.

    `$.spec.containers[?(@.name=='app')].image` of a pod is
    `spec.template.spec.containers[name=app].image` of its Deployment.
    """
    prefix = _TEMPLATES.get(subject.kind) if not subject.group else None
    if prefix is None or not path.startswith("$.spec.") or "[*]" in path:
        return None
    return prefix + field_of(path)


def field_of(path: str) -> str:
    """Return a JSONPath of a finding as changes spell paths."""
    return _FILTER.sub(lambda one: f"[{one[1]}={one[2] or one[3]}]", path.removeprefix("$."))


def container_of(finding: Finding) -> str:
    """Return the name of the container that a finding's evidence points at; empty if none does."""
    for one in finding.evidence:
        found = _CONTAINER.search(one.path) if isinstance(one, FieldEvidence) else None
        if found:
            return found[1]
    return ""


def field_evidence(finding: Finding, suffix: str) -> FieldEvidence | None:
    """Return the evidence of the field whose path ends in `suffix`."""
    for one in finding.evidence:
        if isinstance(one, FieldEvidence) and one.path.endswith(suffix):
            return one
    return None
