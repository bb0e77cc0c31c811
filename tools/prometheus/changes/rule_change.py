"""What making and editing a rule have in common: what is asked, and what whoever approves sees."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, cast

from pydantic import Field

from clusterwright.tools.change import FieldChange
from clusterwright.tools.diff import clean, differences
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.shown import fields
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.veil import secrets_of
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, strings, text
from clusterwright.tools.prometheus.changes.rule_home import home_of, loses
from clusterwright.tools.prometheus.changes.rule_proof import is_loaded
from clusterwright.tools.prometheus.changes.rule_selected import check_selected
from clusterwright.tools.prometheus.changes.rule_text import kind_of, name_of
from clusterwright.tools.prometheus.changes.rule_trial import RuleTrial, Wanted, trial_of
from clusterwright.tools.prometheus.wire import duration
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_MANY = 20
_GRAVE = frozenset({"critical", "page"})
_NAME = 253


class RuleChange(Change):
    """A change of one rule of one group."""

    around: ClassVar[tuple[str, ...]] = ()
    object: Ref
    file: str | None = Field(default=None, max_length=_NAME)
    group: str = Field(min_length=1, max_length=_NAME)
    rule: dict[str, Any]
    test: dict[str, Any] | None = None
    backend: str | None = None

    @property
    def ref(self) -> Ref:
        """The object that keeps the rule; raise InvalidInputError for one that cannot."""
        if not self.object.namespace:
            raise InvalidInputError(f"{self.object} has no namespace", hint="Kind/namespace/name")
        return home_of(self.object, self.file)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The object."""
        return (self.ref,)

    @property
    def group_interval(self) -> str:
        """How often a group that is made is evaluated; empty: as the server does."""
        return ""

    @property
    def shown_group(self) -> str:
        """The group's name as it stands in a sentence."""
        return word(one_line(self.group, 80))

    def wanted(self, scene: Scene) -> Wanted:
        """Return the object as it is to be; raise ToolError for what cannot be."""
        raise NotImplementedError

    def say(self, wanted: Wanted) -> str:
        """Return what the step does."""
        raise NotImplementedError

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the one write; nothing where the rule is so already."""
        wanted, found = self.wanted(scene), trial_of(scene, self.ref)
        check_trial(found)
        check_selected(found.surroundings, wanted.manifest, self.ref)
        step = self._step(scene.live.get(self.ref), wanted)
        if step is None:
            return ()
        told = tuple(_told(wanted)) if self.file else ()
        return (
            replace(
                step,
                say=self.say(wanted),
                told=told,
                checks=(self._check(wanted.rule),),
                notes=tuple(self._notes(scene, wanted, found)),
                risks=tuple(_risks(wanted, found, tested=self.test is not None)),
                rests_on=[found.backend, bool(found.series)],
            ),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves one that was written before its plan was cut short."""
        return (self._check(self.wanted(scene).rule),)

    def _check(self, rule: Manifest) -> Check:
        return is_loaded(self.ref, self.group, rule, self.backend)

    def _step(self, before: Manifest | None, wanted: Wanted) -> Step | None:
        if before is not None:
            return patched(self.ref, before, wanted.manifest)
        return Step(say="", write=Write(Verb.CREATE, self.ref, wanted.manifest))

    def _notes(self, scene: Scene, wanted: Wanted, found: RuleTrial) -> Iterator[str]:
        checked, live = found.checked, scene.live.get(self.ref)
        if checked.version and not checked.refused:
            yield f"promtool {checked.version} finds nothing wrong with the rule"
        if checked.tested:
            yield "its unit test passed (promtool test rules)"
        if checked.refused:
            yield (
                f"promtool {checked.version}, older than the server, objects:"
                f" {quoted(one_line(checked.refused))}"
            )
        if found.doubt:
            yield f"the parser here doubts the expression: {one_line(found.doubt)}"
        yield live_now(wanted.rule, found)
        if live is None and (labels := strings(wanted.manifest, "metadata", "labels")):
            told = ", ".join(f"{key}={value}" for key, value in labels.items())
            yield f"the object gets the labels that Prometheus selects rules by: {one_line(told)}"
        if live is not None and (lost := loses(live, self.file)):
            yield lost


def check_trial(found: RuleTrial) -> None:
    """Raise RefusedError for a rule that promtool, no older than the server, objects to."""
    checked = found.checked
    if checked.refused and not checked.older:
        raise RefusedError(
            f"promtool {checked.version} refuses the rule:"
            f" {quoted(one_line(checked.refused, 600))}",
            hint="correct the rule; nothing was written",
        )
    if checked.failed:
        raise RefusedError(
            f"its unit test fails (promtool {checked.version}):"
            f" {quoted(one_line(checked.failed, 1_500))}",
            hint="correct the rule or what the test expects; nothing was written",
        )


def live_now(rule: Manifest, found: RuleTrial) -> str:
    """Return what the rule would do at this moment."""
    many = f"{found.series} series" if found.series else "no series"
    if kind_of(rule) == "record":
        return f"on {found.backend} it would record {many} now"
    if not found.series:
        return f"on {found.backend} it would not fire now"
    waits = text(rule, "for")
    after = f", once it has held for {word(waits)}" if duration(rule, "for") else " at once"
    return f"on {found.backend} it would fire for {many}{after}"


def _told(wanted: Wanted) -> Iterator[FieldChange]:
    """Yield what changes of a rule that is kept in a file, whose text would be hard to compare."""
    if wanted.before is None:
        new = cast("Manifest", {"rule": wanted.rule})
        yield from fields({}, new, differences({}, new), secrets_of(new))
        return
    old, new = {"rule": wanted.before}, {"rule": wanted.rule}
    changed = differences(clean(old), clean(new))
    yield from fields(old, new, changed, secrets_of(old) | secrets_of(new))


def _risks(wanted: Wanted, found: RuleTrial, *, tested: bool) -> Iterator[tuple[Risk, str]]:
    checked, rule = found.checked, wanted.rule
    if not checked.version:
        yield Risk.MEDIUM, f"no promtool has checked the rule: {checked.why_not}"
    elif not tested:
        yield Risk.LOW, "no unit test was given for the rule"
    if checked.refused:
        yield Risk.MEDIUM, "the promtool here is older than the server, and objects to the rule"
    grave = text(rule, "labels", "severity").lower() in _GRAVE
    if kind_of(rule) == "alert" and found.series:
        many = found.series > _MANY
        level = Risk.HIGH if many and grave else Risk.MEDIUM if many or grave else Risk.LOW
        yield level, f"{word(one_line(name_of(rule), 80))} would fire for {found.series} series"
    elif kind_of(rule) == "alert":
        yield Risk.LOW, f"{word(one_line(name_of(rule), 80))} would not fire now"
    before = wanted.before
    if before is None:
        return
    if text(before, "labels", "severity").lower() in _GRAVE:
        yield Risk.MEDIUM, "it changes an alert that somebody is woken by"
    if kind_of(rule) == "record":
        yield Risk.MEDIUM, f"whatever reads {word(one_line(name_of(rule), 80))} gets other values"
