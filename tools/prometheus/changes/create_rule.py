"""Make a rule: in an object or a file that is there, or in a new PrometheusRule."""

from typing import ClassVar

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest, items, strings
from clusterwright.tools.prometheus.changes.rule_change import RuleChange
from clusterwright.tools.prometheus.changes.rule_home import (
    group_named,
    groups_in,
    new_home,
    with_groups,
)
from clusterwright.tools.prometheus.changes.rule_selected import labels_for
from clusterwright.tools.prometheus.changes.rule_text import check_rule, kind_of, name_of
from clusterwright.tools.prometheus.changes.rule_trial import Wanted, trial_of
from clusterwright.tools.prometheus.wire import duration
from clusterwright.tools.quotation import word


class CreateRule(RuleChange):
    """Add one rule to a group, which is made if it is not there."""

    kind: ClassVar[str] = "create_rule"
    interval: str | None = Field(default=None, max_length=20)

    @property
    def group_interval(self) -> str:
        """As it is asked for."""
        return self.interval or ""

    def wanted(self, scene: Scene) -> Wanted:
        """Return the object with the rule; raise RefusedError where there is such a rule."""
        check_rule(self.rule)
        live = scene.live.get(self.ref)
        groups = groups_in(live, self.file) if live is not None else []
        before = group_named(groups, self.group)
        group = self._joined(before)
        if before is None:
            groups = [*groups, group]
        else:
            groups = [group if one is before else one for one in groups]
        manifest = self._manifest(scene, live, groups)
        return Wanted(manifest, tuple(groups), group, self.rule)

    def say(self, wanted: Wanted) -> str:
        """Return what the step does."""
        rule = wanted.rule
        where = f"{self.ref}, {self.file}" if self.file else str(self.ref)
        name = word(one_line(name_of(rule), 120))
        return f"add {kind_of(rule)} {name} to group {self.shown_group} of {where}"

    def _joined(self, group: Manifest | None) -> Manifest:
        if group is None:
            if self.interval and duration({"it": self.interval}, "it") is None:
                raise InvalidInputError(f"{self.interval!r} is no interval", hint="write 30s or 1m")
            made: Manifest = {"name": self.group}
            made |= {"interval": self.interval} if self.interval else {}
            return {**made, "rules": [self.rule]}
        rules = items(group, "rules")
        key, name = kind_of(self.rule), name_of(self.rule)
        for one in rules:
            same = one.get(key) == name and strings(one, "labels") == strings(self.rule, "labels")
            if same and one != self.rule:
                raise RefusedError(
                    f"group {self.shown_group} has the {key} {name[:80]!r} already",
                    hint="change it with kind edit_rule, or give the new one labels of its own",
                )
            if same:
                return group
        if self.interval:
            raise InvalidInputError(
                f"group {self.shown_group} is there, and keeps its interval",
                hint="leave interval out",
            )
        return {**group, "rules": [*rules, self.rule]}

    def _manifest(self, scene: Scene, live: Manifest | None, groups: list[Manifest]) -> Manifest:
        if live is not None:
            return with_groups(live, self.file, groups)
        made = new_home(self.ref, {}, groups)
        found = scene.prepared.get(self.ref)
        labels = labels_for(trial_of(scene, self.ref).surroundings, made) if found else {}
        return new_home(self.ref, labels, groups)
