"""What to do about a metric of many series, told from what makes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.prometheus.series.inside import Inside, LabelCost
from clusterwright.tools.quotation import word

Way = Literal["endless", "rollouts", "equal", "buckets", "churn", "rule", "drop"]
"""What can be done, which is explained once however many metrics it is about."""
WAYS: Mapping[Way, str] = {
    "endless": "such a label takes whatever comes in: the program must not expose it; until then"
    " set sampleLimit on the monitor, or drop the metric",
    "rollouts": "each rollout brings new values of such a label: drop what is not asked for by pod",
    "equal": "dropping only a label makes series equal, of which one is kept: record"
    " sum without (label) (...) and drop the metric, or change the program",
    "buckets": "drop buckets that nobody asks for by their le (+Inf must stay), or scrape native"
    " histograms",
    "churn": "series that ended stay in memory for hours: see what restarts or which label changes",
    "rule": "a recording rule makes it: change its labels there",
    "drop": "if no dashboard needs it, drop it in metricRelabelings of the monitor: {sourceLabels:"
    " [__name__], regex: NAME, action: drop}, a histogram as NAME_(bucket|sum|count)",
}
_MANY_BUCKETS, _SOME_VALUES, _MANY_VALUES = 8, 10, 100
_HALF = 0.5
_BUCKET = "_bucket"


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OF_PODS = _listed(
    "pod instance container container_id id uid pod_uid name image image_id pod_ip host_ip"
)
_ENDLESS = _listed(
    "user user_id userid customer customer_id email session session_id trace trace_id span_id"
    " request_id path url uri query ip client client_ip remote_addr address token order_id"
    " transaction_id message error reason_text file filename"
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing about a metric."""

    says: str
    way: Way | None = None
    """What can be done about it."""


def advice(
    metric: str, series: int, found: Inside | None, used_by: Sequence[str] | None
) -> tuple[Advice, ...]:
    """Return what makes the series, and whether they are needed, the most useful first.

    Args:
        metric: its name.
        series: how many are in memory.
        found: what its series differ by, where that was looked at.
        used_by: the rules that name it; None where rules are not known.
    """
    told: list[Advice] = []
    labels = found.labels if found else ()
    buckets = next((one for one in labels if one.name == "le"), None)
    if found and (label := _driver(labels, found.of)) is not None:
        told.append(_of_label(label, found.of))
    if metric.endswith(_BUCKET) and buckets and buckets.values >= _MANY_BUCKETS:
        told.append(Advice(f"{buckets.values} buckets", "buckets"))
    if found and found.now < _HALF * series:
        told.append(Advice(f"{series - found.now:,} of them ended lately", "churn"))
    if ":" in metric:
        told.append(Advice("made by a recording rule", "rule"))
    if used_by:
        more = f" and {len(used_by) - 1} more need" if len(used_by) > 1 else " needs"
        told.append(Advice(f"rule {word(used_by[0])}{more} it"))
    elif used_by is not None:
        told.append(Advice("no rule needs it", None if ":" in metric else "drop"))
    return tuple(told)


def ways(every: Iterable[Advice]) -> tuple[str, ...]:
    """Return what can be done about metrics, each way once."""
    named = {one.way for one in every}
    return tuple(f"{way}: {says}" for way, says in WAYS.items() if way in named)


def _driver(labels: Sequence[LabelCost], now: int) -> LabelCost | None:
    """Return the label that makes most of the series; le is told apart."""
    others = [one for one in labels if one.name != "le" and one.values >= _SOME_VALUES]
    if not others:
        return None
    first = others[0]
    if first.left is not None and first.left <= _HALF * now:
        return first
    most = max(others, key=lambda one: one.values)
    return most if most.values >= _MANY_VALUES else None


def _of_label(one: LabelCost, now: int) -> Advice:
    says = f"label {word(one.name)} has {one.values:,} values"
    fewer = one.left is not None and one.left < now
    if fewer:
        says += f"; without it {one.left:,} of {now:,} series would be left"
    name = one.name.lower()
    if name in _ENDLESS:
        return Advice(says, "endless")
    if name in _OF_PODS:
        return Advice(says, "rollouts")
    return Advice(says, "equal" if fewer else None)
