"""Silences that keep quiet more, or for longer, than anybody can have meant."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.prometheus.alertmanager_state import Alert, Matcher, Silence
from clusterwright.tools.prometheus.analyzers.about import about, change, name, said
from clusterwright.tools.prometheus.analyzers.alerts import ALWAYS, KIND
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

BROAD, ENDLESS = "alertmanager/silence-too-broad", "alertmanager/silence-never-ends"
_LONG = timedelta(days=30)
_ALL = frozenset({".*", ".+", "^.*$", "^.+$", "(.*)", "(.+)", "^(.*)$", "^(.+)$"})
_NAMES_NOTHING = frozenset({"severity", "prometheus", "cluster", "team", "env", "environment"})
"""Labels that nearly every alert has: what matches by them alone names no alert and no object."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in estate.silences or ():
        if one.state == "active":
            muted = _muted(estate, one)
            if _broad(one):
                yield Suspicion(_finding(estate, one, BROAD, muted))
            elif _endless(estate, one):
                yield Suspicion(_finding(estate, one, ENDLESS, muted))


def _narrows(one: Matcher) -> bool:
    """Return whether a matcher leaves out most alerts."""
    anything = one.is_regex and one.value in _ALL
    return one.is_equal and bool(one.value) and not anything and one.name not in _NAMES_NOTHING


def _broad(silence: Silence) -> bool:
    return not any(_narrows(one) for one in silence.matchers)


def _endless(estate: Estate, silence: Silence) -> bool:
    return silence.ends_at is None or silence.ends_at - estate.now > _LONG


def _muted(estate: Estate, silence: Silence) -> list[Alert]:
    return [
        one
        for one in estate.held or ()
        if silence.id in one.silenced_by and one.labels.get("alertname") not in ALWAYS
    ]


def _finding(estate: Estate, silence: Silence, code: str, muted: list[Alert]) -> Finding:
    where = estate.alertmanager or estate.server
    matchers = one_line(", ".join(map(str, silence.matchers)), 90)
    ends = f"{silence.ends_at:%Y-%m-%d}" if silence.ends_at else "never"
    alerts = list(dict.fromkeys(one.labels.get("alertname", "") for one in muted))
    now = f"; of what fires now: {few([name(one) for one in alerts], 3)}" if alerts else ""
    sentence = (
        f"A silence matches nearly every alert ({quoted(matchers)}){now}"
        if code == BROAD
        else f"A silence ({quoted(matchers)}) ends {ends}, so nobody notices that it is left{now}"
    )
    path = f"$.silences[?(@.id=='{silence.id}')]"
    who = f"{silence.created_by}: {silence.comment}"
    refs = [found for one in alerts if (found := checked(Ref(KIND, one)))]
    return about(
        code,
        where,
        sentence,
        (
            said(where, f"{path}.matchers", matchers),
            said(where, f"{path}.endsAt", ends),
            said(where, f"{path}.comment", who),
        ),
        "End it, and silence what is meant by name and for a time: prom_plan_change.",
        severity=Severity.WARNING if muted or code == BROAD else Severity.INFO,
        since=silence.starts_at,
        members=tuple(refs),
        relations=tuple(Relation(source=where, edge=Edge.ABOUT, target=one) for one in refs),
        remedies=(change(estate, "End it", kind="expire_silence", silence=silence.id),),
    )


SILENCES = Analyzer("silences", (BROAD, ENDLESS), (), _detect)
