"""Upgrade a release: other values, another chart, or another version of it."""

from typing import Any, ClassVar

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.helm.changes.chart_version import risks_of_version
from clusterwright.tools.helm.changes.crd_skew import skew
from clusterwright.tools.helm.changes.hook_runs import notes_on, run_hooks
from clusterwright.tools.helm.changes.object_steps import How, left, written
from clusterwright.tools.helm.changes.outlook import Outlook, existing_release
from clusterwright.tools.helm.changes.records import is_deployed
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.helm.changes.rollback import inverse
from clusterwright.tools.helm.changes.runs import run, told_of
from clusterwright.tools.helm.changes.size import check_size
from clusterwright.tools.helm.changes.supplied import merged_values
from clusterwright.tools.helm.record import Release, Status, deployed
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Manifest

EVENTS = ("pre-upgrade", "post-upgrade")


class ChartChange(ReleaseChange):
    """A change that renders a chart."""

    chart: str | None = Field(default=None, max_length=300)
    version: str | None = Field(default=None, max_length=100)
    values: dict[str, Any] = Field(default_factory=dict)
    reset_values: bool = False
    force_conflicts: bool = False
    wait: bool = False

    def supplied(self, current: Release | None) -> Manifest:
        """Return the values that the release is to have, beside the chart's own."""
        before = current.supplied if current is not None and not self.reset_values else {}
        return merged_values(before, self.values)

    def asked(self, found: Outlook, command: str) -> Manifest:
        """Return what helm is asked to do with the chart."""
        if found.chart is None or found.target is None:
            raise InvalidInputError("no chart is known", hint="pass chart=repository/name")
        return {
            "command": command,
            "archive": found.chart.archive,
            "digest": found.chart.digest,
            "values": found.supplied,
            "force": self.force_conflicts,
            "wait": self.wait,
        }


class Upgrade(ChartChange):
    """Upgrade: the chart of the newest revision, unless another one is named."""

    kind: ClassVar[str] = "upgrade"

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return the run of helm and what it does to each object."""
        found = existing_release(scene, self.ref)
        self.check_expected(found)
        require_unlocked(found)
        target, number = found.target, found.number + 1
        asked = self.asked(found, "upgrade")
        if target is None:
            return ()
        check_size(target)
        back = inverse(found, number)
        objects = (*written(found, How(target.server_side, self.force_conflicts)),)
        head = run(
            found,
            f"upgrade {found.ref} to revision {number}",
            asked,
            told=told_of(found.deployed or found.newest, target, number),
            checks=(is_deployed(found, number),),
            risks=risks_of_version(found),
            notes=(*chart_notes(found), *notes_on(found, EVENTS), *left(found, found.present)),
            inverse=back,
            irreversible="" if back else "no earlier revision is deployed",
        )
        return (head, *objects, *run_hooks(found, EVENTS))

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves an upgrade that was cut short after it had taken place."""
        found = existing_release(scene, self.ref)
        return (is_deployed(found, found.number),)


def require_unlocked(found: Outlook) -> None:
    """Raise RefusedError for a release that Helm would refuse to change."""
    newest = found.history[0]
    if newest.status.pending:
        raise RefusedError(
            f"{found.ref} is locked: revision {newest.number} is {newest.status}, and Helm refuses"
            " another operation [pending-lock]",
            hint='{"kind":"unlock"} looks for signs of life first, and then frees it',
        )
    if newest.status is Status.UNINSTALLED:
        raise RefusedError(
            f"{found.ref} is uninstalled, and only its history is kept [no-deployed-release]",
            hint='{"kind":"rollback"} brings it back; {"kind":"uninstall"} takes the history away',
        )
    if deployed(found.history) is None and newest.status not in {Status.FAILED, Status.SUPERSEDED}:
        raise RefusedError(
            f"{found.ref} has no deployed revision [no-deployed-release]",
            hint='{"kind":"rollback"} to one that worked, or {"kind":"uninstall"} and install anew',
        )


def chart_notes(found: Outlook) -> tuple[str, ...]:
    """Return what to know of the chart: its source, what is not bound, CRDs that stay behind."""
    told = list(skew(found))
    if found.chart is not None:
        signed = f", {found.chart.provenance}" if found.chart.provenance else ""
        told.append(f"chart from {found.chart.source}, {found.chart.digest[:19]}{signed}")
        told += [found.chart.changed] if found.chart.changed else []
    if found.unnamed:
        told.append(
            "makes objects whose names are new each time, so that the plan is bound to no more of"
            f" them than this: {few(tuple(dict.fromkeys(found.nameless)))}"
        )
    if found.apart:
        told.append(
            "rendered apart from the cluster, for the chart brings CRDs of its own: what its"
            " templates look up there is not seen, and its own objects could not be tried"
        )
    if found.random:
        names = ", ".join(f"{ref}" for ref in sorted(found.random))
        told.append(
            f"the chart renders parts of {names} anew each time (random or the clock): the plan is"
            " not bound to these fields, and what is written differs from what is shown"
        )
    return tuple(told)
