"""Alerts of one name that nothing explains are one root, whatever each of them is about."""

from collections.abc import Iterable
from datetime import datetime

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.tools.excerpt import few

_FAMILY = "alert/"
_EVIDENCE = 4


def merged(roots: Iterable[RootCause]) -> list[RootCause]:
    """Return the roots, those of one alert without symptoms as one, in the order of the first.

    An analyzer tells each object's apart, since one may be explained and another may not.
    """
    found: dict[object, list[RootCause]] = {}
    for index, one in enumerate(roots):
        key = (one.cluster, one.code, one.subject, one.severity) if alone(one) else index
        found.setdefault(key, []).append(one)
    return [_one(some) for some in found.values()]


def alone(root: RootCause) -> bool:
    """Tell whether a root is an alert, or several of one name, from which nothing follows."""
    return root.code.startswith(_FAMILY) and not root.folded


def _one(some: list[RootCause]) -> RootCause:
    first, *rest = some
    if not rest:
        return first
    about = [next(iter(one.members), None) for one in rest]
    named = few([str(one) for one in about if one], 2)
    more = f"; and {len(rest)} more times" + (f", for {named}" if named else "")
    evidence = tuple(one for root in some for one in root.evidence)
    return first.model_copy(
        update={
            "title": first.title + more,
            "evidence": evidence[:_EVIDENCE],
            "members": tuple(dict.fromkeys(ref for root in some for ref in root.members)),
            "more_members": sum(root.more_members for root in some),
            "times": len(some),
            "since": min(
                (root.since for root in some if root.since), key=datetime.timestamp, default=None
            ),
        }
    )
