"""Server-side apply: a field that a manager applied is its own until it lets go of it."""

from collections.abc import Iterator

from clusterwright.tools.field_path import spell
from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.kubernetes.owners.managed_fields import managers_of
from clusterwright.tools.quotation import quoted

_PEOPLE = ("kubectl", "clusterwright", "before-first-apply")
"""Managers behind which a person stands, who may change their mind."""


def applied_fields(asked: Question) -> Iterator[Claim]:
    """Yield the managers that applied a field which would be written."""
    for path in asked.paths or ():
        for manager in managers_of(asked.manifest, path, operation="Apply"):
            if manager.lower().startswith(_PEOPLE):
                continue
            yield Claim(
                owner=f"field manager {quoted(manager)}",
                shown_by=f"managedFields: it applied {spell(path)}",
                where=f"whatever applies this object as {quoted(manager)}",
                server="kubernetes",
                manager=manager,
            )
