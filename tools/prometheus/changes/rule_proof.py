"""What proves that a rule is in force: Prometheus has loaded it as wanted, and evaluates it."""

from collections.abc import Sequence

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.prometheus.changes.rule_text import kind_of, name_of
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

SECONDS = 300.0
"""Until the operator has written the file, a kubelet has synced it, and Prometheus has read it."""


def is_loaded(ref: Ref, group: str, rule: Manifest, backend: str | None) -> Check:
    """Return the check that a rule is loaded as it is wanted, with health ok."""
    asked: Manifest = {"rule": rule, "group": group, "backend": backend}
    what = f"{kind_of(rule)} {_shown(name_of(rule))} of group {_shown(group)}"
    say = f"Prometheus has loaded {what}, and evaluates it"
    return Check(say, ref, _loaded, seconds=SECONDS, beyond=asked)


def _shown(name: str) -> str:
    return word(one_line(name, 80))


def _loaded(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    loaded = items(found, "rules")
    fresh = [one for one in loaded if one.get("fresh") is True]
    if not fresh:
        return Pending(
            "Prometheus still has the earlier one" if loaded else "Prometheus has not loaded it"
        )
    healths = {text(one, "health") for one in fresh}
    if "err" in healths:
        said = next(text(one, "error") for one in fresh if text(one, "health") == "err")
        return Failed(f"its evaluation fails: {quoted(one_line(said))}")
    return Met() if healths == {"ok"} else Pending("it has not been evaluated yet")
