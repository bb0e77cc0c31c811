"""What proves that a monitor works: its targets are there, and are scraped."""

from collections.abc import Mapping, Sequence

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import Check, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

SECONDS = 300.0
"""Until the operator has written the configuration, and Prometheus has read it and scraped."""


def is_scraped(
    ref: Ref, pool: str, backend: str | None, labels: Mapping[str, Sequence[str]]
) -> Check:
    """Return the check that a scrape pool has targets as wanted, of which at least one is up.

    `labels` are those that such a target was discovered with, each with the values that will do:
    until Prometheus has read its new configuration, the pool has the targets of the old one.
    """
    asked: Manifest = {
        "pool": pool,
        "backend": backend,
        "labels": {key: list(values) for key, values in labels.items()},
    }
    say = f"Prometheus scrapes targets of {pool}"
    return Check(say, ref, _scraped, seconds=SECONDS, beyond=asked)


def _scraped(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    every = items(found, "targets")
    targets = [one for one in every if one.get("wanted") is True]
    if not targets:
        old = "Prometheus still scrapes what it did before"
        return Pending(old if every else "the pool has no targets yet")
    if any(text(one, "health") == "unknown" for one in targets):
        return Pending("some of its targets have not been scraped yet")
    if any(text(one, "health") == "up" for one in targets):
        return Met()
    said = text(targets[0], "error")
    return Pending(f"none of its {len(targets)} targets is up: {quoted(one_line(said))}")
