"""Change one rule: its expression, how long it waits, labels, annotations."""

from typing import ClassVar

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.kind import existing
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest, items, strings, text
from clusterwright.tools.prometheus.changes.rule_change import RuleChange
from clusterwright.tools.prometheus.changes.rule_home import group_named, groups_in, with_groups
from clusterwright.tools.prometheus.changes.rule_text import check_rule, kind_of, merged, name_of
from clusterwright.tools.prometheus.changes.rule_trial import Wanted
from clusterwright.tools.quotation import word


class EditRule(RuleChange):
    """Set fields of the rule that `alert` or `record` names; null removes one."""

    kind: ClassVar[str] = "edit_rule"

    def wanted(self, scene: Scene) -> Wanted:
        """Return the object with the rule changed; raise NotFoundError where there is none."""
        live = existing(scene, self.ref)
        groups = groups_in(live, self.file)
        group = group_named(groups, self.group)
        if group is None:
            names = [word(one_line(text(one, "name"), 80)) for one in groups]
            raise NotFoundError(
                f"{self.ref} has no group {self.group[:80]!r}",
                hint=f"groups: {few(names, 10) or 'none'}",
            )
        before = self._meant(items(group, "rules"))
        rule = merged(before, self.rule)
        check_rule(rule)
        rules = [rule if one is before else one for one in items(group, "rules")]
        changed = {**group, "rules": rules}
        groups = [changed if one is group else one for one in groups]
        manifest = with_groups(live, self.file, groups) if rule != before else live
        return Wanted(manifest, tuple(groups), changed, rule, before)

    def say(self, wanted: Wanted) -> str:
        """Return what the step does."""
        rule = wanted.rule
        where = f"{self.ref}, {self.file}" if self.file else str(self.ref)
        name = word(one_line(name_of(rule), 120))
        return f"change {kind_of(rule)} {name} in group {self.shown_group} of {where}"

    def _meant(self, rules: list[Manifest]) -> Manifest:
        """Return the rule that is meant: by its name, and by labels where several have it."""
        key, name = kind_of(self.rule), name_of(self.rule)
        if not name:
            raise InvalidInputError(
                "which rule?", hint='name it in rule, as in {"alert":"CartDown","for":"10m"}'
            )
        found = [one for one in rules if one.get(key) == name]
        if len(found) > 1:
            labels = strings(self.rule, "labels").items()
            found = [one for one in found if labels and labels <= strings(one, "labels").items()]
            if len(found) != 1:
                raise InvalidInputError(
                    f"group {self.shown_group} has several rules {name[:80]!r}",
                    hint="name labels that only one of them has; k8s_plan_change, kind patch,"
                    " changes these",
                )
        if not found:
            names = list(dict.fromkeys(word(one_line(name_of(one), 80)) for one in rules))
            raise NotFoundError(
                f"group {self.shown_group} of {self.ref} has no {key} {name[:80]!r}",
                hint=f"rules: {few(names, 10) or 'none'}",
            )
        return found[0]
