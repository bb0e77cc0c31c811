"""How far a silence may reach: what it must name, and what it must never mute."""

from collections.abc import Iterator

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.prometheus.alertmanager_state import Matcher
from clusterwright.tools.prometheus.changes.bounded_regex import check_bounded, has_wildcard
from clusterwright.tools.prometheus.changes.hush import (
    ALWAYS,
    WATCHDOGS,
    Hush,
    is_grave,
    name_of,
    told,
    wakes,
)
from clusterwright.tools.prometheus.changes.matchers import covers, spelled
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk

NAME = "alertname"
OBJECTS = frozenset(
    {
        "namespace",
        "exported_namespace",
        "pod",
        "exported_pod",
        "container",
        "node",
        "instance",
        "host",
        "hostname",
        "Hostname",
        "nodename",
        "service",
        "deployment",
        "statefulset",
        "daemonset",
        "replicaset",
        "cronjob",
        "job_name",
        "horizontalpodautoscaler",
        "poddisruptionbudget",
        "persistentvolume",
        "persistentvolumeclaim",
        "resourcequota",
        "ingress",
        "UUID",
    }
)
"""Labels that name what an alert is about, as kube-state-metrics, cAdvisor and DCGM write them."""
_DAY = 86_400.0
_NARROWER = (
    'name the alert, alertname="..." or alertname=~"A|B", or what it is about, namespace="...",'
    ' pod="...", node="..."; prom_alerts lists what fires, with its labels'
)


def check_matchers(matchers: tuple[Matcher, ...]) -> None:
    """Raise RefusedError for matchers that would reach further than anybody can tell."""
    seen: set[str] = set()
    for one in matchers:
        if one.name in seen and one.is_equal:
            raise InvalidInputError(
                f"{one.name!r} is matched twice: both have to hold for one alert",
                hint='write both values into one, as in pod=~"a|b"',
            )
        seen |= {one.name} if one.is_equal else set()
        if one.is_regex:
            check_bounded(one.value, str(one))
    pinned = [one for one in matchers if one.is_equal and one.value]
    if not pinned:
        raise RefusedError(
            f"{spelled(matchers)} names nothing: it mutes every alert that it does not exclude",
            hint=_NARROWER,
        )
    if not any(one.name == NAME or one.name in OBJECTS for one in pinned):
        raise RefusedError(
            f"{spelled(matchers)} names neither an alert nor an object: it mutes whatever else"
            " has these labels",
            hint=_NARROWER,
        )
    for one in pinned:
        dogs = [dog for dog in sorted(WATCHDOGS) if covers((one,), {NAME: dog})]
        if one.name == NAME and dogs:
            raise _watchdog(dogs[0])


def check_muted(matchers: tuple[Matcher, ...], found: Hush) -> None:
    """Raise RefusedError if a silence would mute a watchdog, or all that fires now."""
    dogs = [name_of(one) for one in found.matched if name_of(one) in WATCHDOGS]
    if dogs:
        raise _watchdog(dogs[0])
    named = any(one.name == NAME and one.is_equal for one in matchers)
    muted = {one.fingerprint for one in found.matched}
    rest = [one for one in found.alerts if name_of(one) not in ALWAYS]
    names = {name_of(one) for one in rest}
    if not named and len(names) > 1 and all(one.fingerprint in muted for one in rest):
        raise RefusedError(
            f"{spelled(matchers)} would mute every alert that there is now: {told(rest)}",
            hint='name those that are to be quiet, alertname=~"A|B"; the others may tell why',
        )


def risks(matchers: tuple[Matcher, ...], found: Hush, seconds: float) -> Iterator[tuple[Risk, str]]:
    """Yield what is at stake."""
    named = any(one.name == NAME and one.is_equal for one in matchers)
    object_ = any(one.name in OBJECTS and one.is_equal and one.value for one in matchers)
    if not named:
        yield Risk.MEDIUM, "also mutes alerts of any other name there, which do not fire yet"
    elif any(
        one.name == NAME and one.is_equal and one.is_regex and has_wildcard(one.value)
        for one in matchers
    ):
        yield Risk.MEDIUM, "also mutes alerts whose names begin so and which do not fire yet"
    elif not object_:
        yield Risk.LOW, "mutes the alert wherever in the cluster it fires"
    if found.shared and not any(one.name == "cluster" and one.is_equal for one in matchers):
        yield Risk.MEDIUM, f"{found.alertmanager} may hear of other clusters, which are muted too"
    if is_grave(found.matched):
        high = not named or not object_
        yield (Risk.HIGH if high else Risk.MEDIUM), "mutes what somebody would be woken for"
    elif found.rules is None:
        yield Risk.MEDIUM, "which alerts it would mute cannot be read, only which fire now"
    elif waiting := sorted(set(_waking(matchers, found.rules))):
        high = not named or not object_
        told_ = one_line(few([word(one) for one in waiting], 5), 400)
        yield (Risk.HIGH if high else Risk.MEDIUM), f"once it fires, nobody is woken for {told_}"
    if seconds > _DAY:
        yield Risk.MEDIUM, f"nobody hears of it for {seconds / _DAY:.1f} days"
    many = len(found.matched)
    now = f"{many} alert{'s' * (many != 1)} that fire{'s' * (many == 1)} now" if many else ""
    yield Risk.LOW, f"mutes {now or 'nothing that fires now'}"


def _waking(matchers: tuple[Matcher, ...], rules: tuple[Labels, ...]) -> Iterator[str]:
    """Yield the alerts that may be muted and would wake somebody, by what their rules set.

    What a rule takes from its series, or writes with a template, may be whatever matches.
    """
    for one in rules:
        known = {name: value for name, value in one.items() if "{{" not in value}
        about = tuple(matcher for matcher in matchers if matcher.name in known)
        if wakes(known.get("severity", "")) and covers(about, known):
            yield known.get(NAME, "")


def _watchdog(name: str) -> RefusedError:
    return RefusedError(
        f"{name} fires all the time, on purpose: once it is muted, nobody learns that alerting"
        " is broken",
        hint="leave it out; where it is a nuisance, route it to a receiver that takes heartbeats",
    )
