"""Whence series come and who needs them: the monitors of jobs, and the rules that name metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from anyio import to_thread

from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.ruling.needs import needs_of
from clusterwright.tools.prometheus.ruling.rule import read_rules
from clusterwright.tools.prometheus.scraping.subject import monitor
from clusterwright.tools.prometheus.scraping.target import read_targets
from clusterwright.tools.ref import Ref

_TARGETS = 2_000
"""Of more targets the list is too long to be read only for this."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of jobs and rules."""

    monitors: Mapping[str, Ref] = field(default_factory=dict[str, Ref])
    """By job, where one of the operator's makes it."""
    rules: Mapping[str, Sequence[str]] | None = None
    """Names of rules by the metrics that they name; None where rules were not read."""
    gaps: tuple[str, ...] = ()

    def used_by(self, metric: str) -> Sequence[str] | None:
        """Return the rules that name a metric; None where that is not known."""
        return None if self.rules is None else self.rules.get(metric, ())


async def origin(backend: Backend) -> Origin:
    """Return the monitors of jobs and the rules by metric; what was not read is a gap."""
    can = await backend.capability()
    gaps: list[str] = []
    monitors: dict[str, Ref] = {}
    rules = None
    try:
        if can.can(Feature.TARGETS):
            count = (await backend.instant("count(up)")).only or 0
            if count <= _TARGETS:
                monitors = _monitors(await backend.get("targets", [("state", "active")]))
    except ToolError as error:
        gaps.append(f"targets not read: {one_line(str(error), 100)}")
    try:
        if can.can(Feature.RULES):
            rules = await to_thread.run_sync(_rules, await backend.get("rules"))
    except ToolError as error:
        gaps.append(f"rules not read: {one_line(str(error), 100)}")
    return Origin(monitors, rules, tuple(gaps))


def _monitors(answer: Json) -> dict[str, Ref]:
    found = ((one.job, monitor(one.pool)) for one in read_targets(answer).active)
    return {job: ref for job, ref in found if ref is not None}


def _rules(answer: Json) -> dict[str, list[str]]:
    groups = read_rules(answer)
    needs = needs_of(groups)
    found: dict[str, list[str]] = {}
    for rule in (rule for group in groups for rule in group.rules):
        for metric in needs[rule.query].metrics:
            found.setdefault(metric, []).append(rule.name)
    return found
