"""What several kinds have in common, as kube-state-metrics spells it."""

import re

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.tools.manifest import Manifest, instant, items, number, text, truth

_UNITS = {"cpu": "core", "memory": "byte", "ephemeral-storage": "byte", "storage": "byte"}
_PLAIN = re.compile(r"[^a-zA-Z0-9_]")


def resource_labels(resource: str) -> str:
    """Return the labels of a resource and its unit, `nvidia.com/gpu` as `nvidia_com_gpu`."""
    unit = "byte" if resource.startswith("hugepages-") else _UNITS.get(resource, "integer")
    return labelled(resource=_PLAIN.sub("_", resource), unit=unit)


def created(metric: str, one: Manifest, labels: str, out: Exposition) -> None:
    """Add when an object was created, in Unix seconds."""
    when = instant(one, "metadata", "creationTimestamp")
    if when:
        out.add(metric, labels, when.timestamp())


def conditions(metric: str, one: Manifest, labels: str, out: Exposition) -> None:
    """Add three samples for each condition: whether it is true, false, unknown."""
    for condition in items(one, "status", "conditions"):
        status = text(condition, "status").lower()
        both = f"{labels},{labelled(condition=text(condition, 'type'))}"
        out.choice(
            metric,
            both,
            "status",
            {value: status == value for value in ("true", "false", "unknown")},
        )


def owners(metric: str, one: Manifest, labels: str, out: Exposition) -> None:
    """Add a sample for each owner, or one that there is none."""
    found = items(one, "metadata", "ownerReferences")
    if not found:
        nobody = labelled(owner_kind="<none>", owner_name="<none>", owner_is_controller="<none>")
        out.add(metric, f"{labels},{nobody}", 1)
    for owner in found:
        named = labelled(
            owner_kind=text(owner, "kind"),
            owner_name=text(owner, "name"),
            owner_is_controller="true" if truth(owner, "controller") else "false",
        )
        out.add(metric, f"{labels},{named}", 1)


def counted(
    one: Manifest, labels: str, out: Exposition, fields: dict[str, tuple[str, ...]]
) -> None:
    """Add a sample for each metric, of the number at a path."""
    for metric, path in fields.items():
        out.add(metric, labels, number(one, *path))
