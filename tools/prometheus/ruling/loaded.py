"""Which objects with rules Prometheus has loaded, told by the files that are made of them.

Source: Prometheus Operator, pkg/operator/rules.go: a file is `<namespace>-<name>-<uid>.yaml`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusterwright.tools.excerpt import few
from clusterwright.tools.manifest import items, text
from clusterwright.tools.prometheus.ruling.rule import RuleGroup
from clusterwright.tools.prometheus.scraping.selected import selected, unselected
from clusterwright.tools.prometheus.scraping.subject import GROUP, ref_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

KIND = "PrometheusRule"
_UID = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.ya?ml\Z")


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """An object of which groups are not evaluated."""

    ref: Ref
    groups: tuple[str, ...]
    """Those that are not."""
    selected: bool
    says: str


def stem(file: str) -> str:
    """Return `<namespace>-<name>` of a file that the operator made; of another one its name."""
    return _UID.sub("", file.rpartition("/")[2])


def homes(snapshot: Snapshot) -> dict[str, Ref]:
    """Return the objects with rules by the stem of the files that the operator makes of them."""
    refs = (ref_of(one, KIND) for one in snapshot.of_kind(f"{KIND}.{GROUP}"))
    return {f"{ref.namespace}-{ref.name}": ref for ref in refs if ref}


def not_loaded(snapshot: Snapshot, groups: Sequence[RuleGroup]) -> list[NotLoaded]:
    """Return the objects with rules of which Prometheus evaluates not all groups."""
    found = [
        NotLoaded(one.ref, (), selected=False, says=f"{one.reasons[0][0]}: {one.reasons[0][1]}")
        for one in unselected(snapshot, KIND)
        if f"{one.ref.namespace}-{one.ref.name}" not in {stem(group.file) for group in groups}
    ]
    loaded = {(stem(one.file), one.name) for one in groups}
    names = {one.name for one in groups}
    for ref, manifest in selected(snapshot, KIND):
        wanted = [text(one, "name") for one in items(manifest, "spec", "groups")]
        absent = [one for one in wanted if (f"{ref.namespace}-{ref.name}", one) not in loaded]
        # Whoever configures Prometheus by another hand names the files otherwise.
        if absent and not names.issuperset(absent):
            what = "none of its groups is" if len(absent) == len(wanted) else _few(absent)
            says = f"{what} loaded: the operator refused it, or Prometheus has not reloaded"
            found.append(NotLoaded(ref, tuple(absent), selected=True, says=says))
    return found


def _few(groups: Iterable[str]) -> str:
    return f"{few([one[:80] for one in groups], 3)} are not"
