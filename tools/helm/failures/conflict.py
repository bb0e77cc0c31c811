"""Fields that another manager owns: how server-side apply tells the managers and their fields."""

import re
from dataclasses import dataclass

from clusterwright.tools.helm.failures.failure import Detail, Failure, words

_MANAGER = re.compile(
    r'conflicts? with "(?P<manager>[^"\n]{1,128})"'
    r'(?: with subresource "(?P<subresource>[^"\n]{1,63})")?'
    r"(?: using [\w./-]{1,128}(?: at [\w:.-]{1,40})?)?:"
    r"(?: (?P<field>\.[^\n]{1,500}))?"
)
_LISTED = "- "
_MOST = 50
"""Managers and fields that are told of one object."""


@dataclass(frozen=True, slots=True)
class Held:
    """Fields of an object that a manager owns, as its managed fields say."""

    manager: str
    subresource: str
    """`scale` where they came by it, as an autoscaler's do; empty for the object itself."""
    fields: tuple[str, ...]


def held(text: str) -> tuple[Held, ...]:
    """Return who owns the fields that an apply wanted.

    One field follows its manager on the line; several stand on lines of their own below it
    (k8s.io/apimachinery, pkg/util/managedfields/internal/conflict.go).
    """
    found: list[Held] = []
    for line in text.split("\n"):
        if line.startswith(_LISTED) and found and len(found[-1].fields) < _MOST:
            last = found[-1]
            found[-1] = Held(last.manager, last.subresource, (*last.fields, line[2:].strip()))
        for one in _MANAGER.finditer(line):
            if len(found) < _MOST:
                fields = (one["field"].strip(),) if one["field"] else ()
                found.append(Held(one["manager"], one["subresource"] or "", fields))
    return tuple(found)


def _read(text: str) -> Detail:
    owners = held(text)
    fields = [field for one in owners for field in one.fields]
    managers = dict.fromkeys(one.manager for one in owners)
    told = [
        f"{one.manager}{f' ({one.subresource})' if one.subresource else ''}:"
        f" {', '.join(one.fields)}"
        for one in owners
    ]
    return {
        "manager": ", ".join(managers),
        "field": ", ".join(fields),
        "conflicts": "; ".join(told),
    }


CONFLICT = Failure(
    "conflict",
    "Another manager owns a field that the chart sets: an autoscaler, an operator, or a person.",
    words(r"Apply failed with \d{1,6} conflicts?: conflicts? with "),
    "Of {object}, others own what the chart sets to another value: {conflicts}.",
    "If the other manager is right, as an autoscaler is about replicas, leave the field out of the"
    " values. If the chart is right, plan the `upgrade` with force_conflicts, which takes the field"
    " over. The revision is recorded as failed; the other objects were applied.",
    "k8s.io/apimachinery v0.36.3, pkg/util/managedfields/internal/conflict.go;"
    " helm/helm v4.3.1, pkg/kube/client.go (patchResourceServerSide); Helm 3 merges on its own side"
    " and overwrites in place of this",
    in_hook="The hook's object was left by an earlier run or by another: `remove_hook`, then once"
    " more.",
    reads=_read,
)
CHANGED_MEANWHILE = Failure(
    "changed-meanwhile",
    "The object was changed between reading and writing, or the chart pins a resourceVersion.",
    words(r'Operation cannot be fulfilled on [\w.]{1,200} "[^"\n]{1,253}": the object'),
    "{object} changed between reading and writing: a controller writes it often, or the chart sets"
    " metadata.resourceVersion, which only fits once.",
    "Plan again; if it fails each time, take resourceVersion out of the chart.",
    "k8s.io/apiserver v0.36.3, pkg/registry/generic/registry (OptimisticLockErrorMsg)",
)
