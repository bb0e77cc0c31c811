"""Find out about a rule before it is written: promtool, the live server, who would load it."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.errors import InvalidInputError, NotFoundError, QueryError
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.prometheus.changes.rule_change import RuleChange
from clusterwright.tools.prometheus.changes.rule_trial import Checked, RuleTrial, Wanted
from clusterwright.tools.prometheus.changes.unit_test import file_of
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.client.promtool import find_promtool
from clusterwright.tools.prometheus.promql.reading import Reading, read
from clusterwright.tools.prometheus.ruinous import refuse_ruinous
from clusterwright.tools.prometheus.scraping.selected import PROMETHEUS

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.backend import Backend
    from clusterwright.tools.prometheus.monitoring import Monitoring

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_OF_THANOS = frozenset({"partial_response_strategy"})
"""Fields of a group in a PrometheusRule that rule files of Prometheus do not have."""


async def rule_trial(
    monitoring: "Monitoring", connection: "Connection", change: RuleChange, scene: Scene
) -> RuleTrial:
    """Return what is known of a rule; raise InvalidInputError for one that cannot be evaluated."""
    wanted = change.wanted(scene)
    reading = read(text(wanted.rule, "expr"))
    backend = (await monitoring.reach(connection.cluster, change.backend)).backend
    series = await _series(backend, reading)
    version = (await backend.capability()).version
    return RuleTrial(
        surroundings=await read_snapshot(connection, (PROMETHEUS, "Namespace")),
        backend=backend.name,
        checked=await _checked(wanted, change, version),
        series=series,
        doubt=reading.doubt.shown(reading.query) if reading.doubt else "",
    )


async def _series(backend: "Backend", reading: Reading) -> int:
    """Return how many series an expression gives now, of which none is fetched."""
    try:
        found = await backend.instant(f"count(\n{reading.query}\n)", lane=Lane.HEAVY)
    except QueryError:
        try:  # by itself, so that what is wrong is told with its place
            alone = await backend.instant(reading.query, lane=Lane.HEAVY, limit=1)
        except QueryError as error:
            raise reading.refusal(error) from error
        if alone.type != "scalar":
            raise InvalidInputError(
                f"a rule's expression gives one value for each series, and this is a {alone.type}",
                hint="leave the range away, or take rate(...) or max_over_time(...) of it",
            ) from None
        return 1
    return int(found.only or 0)


async def _checked(wanted: Wanted, change: RuleChange, server: str) -> Checked:
    """Return what promtool says of the rule, and how its unit test ends."""
    interval = text(wanted.group, "interval")
    tests = file_of(change.test, interval) if change.test is not None else None
    try:
        program = await find_promtool()
    except NotFoundError as error:
        if tests is not None:
            raise  # it was asked for, and cannot be had
        return Checked(why_not=f"{error}; {error.hint}")
    version = ".".join(map(str, program.version))
    alone: Manifest = {"groups": [{**_plain(wanted.group), "rules": [wanted.rule]}]}
    ran = await program.check_rules(alone)
    found = Checked(
        version=version,
        refused="" if ran.ok else ran.said,
        older=program.version < _numbers(server),
        tested=tests is not None,
    )
    if tests is None or not ran.ok:
        return found
    for one in (rule for group in wanted.groups for rule in items(group, "rules")):
        refuse_ruinous(text(one, "expr"))  # promtool evaluates them all, on this machine
    whole: Manifest = {"groups": [_plain(one) for one in wanted.groups]}
    tested = await program.test_rules(whole, tests)
    return replace(found, failed="" if tested.ok else tested.said)


def _plain(group: Manifest) -> Manifest:
    return {key: value for key, value in group.items() if key not in _OF_THANOS}


def _numbers(version: str) -> tuple[int, ...]:
    """Return a version to be compared; an unknown one is newer than none."""
    found = _VERSION.match(version)
    return tuple(map(int, found.groups())) if found else ()
