"""Go back to an earlier revision of a release: its chart, its values, its objects."""

from typing import ClassVar

from pydantic import Field

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.helm.changes.back import not_brought_back
from clusterwright.tools.helm.changes.hook_runs import notes_on, run_hooks
from clusterwright.tools.helm.changes.object_steps import How, left, written
from clusterwright.tools.helm.changes.outlook import Outlook, existing_release
from clusterwright.tools.helm.changes.records import is_deployed
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.helm.changes.runs import run, told_of
from clusterwright.tools.helm.changes.signs import require_dead
from clusterwright.tools.helm.record import Release, Revision, Status, deployed, namespaced_name
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk

EVENTS = ("pre-rollback", "post-rollback")
_WORKED = frozenset({Status.DEPLOYED, Status.SUPERSEDED, Status.UNINSTALLED})


class Rollback(ReleaseChange):
    """Return to a revision; left out, the last one that worked.

    The one that is deployed is applied again, which puts back what is gone or was changed.
    """

    kind: ClassVar[str] = "rollback"
    revision: int | None = Field(default=None, ge=1)
    force_conflicts: bool = False

    def chosen(self, history: tuple[Revision, ...]) -> Revision:
        """Return the revision to go back to; raise NotFoundError with those that are kept."""
        found = (
            next((one for one in history if one.number == self.revision), None)
            if self.revision
            else earlier(history)
        )
        if found is not None:
            return found
        kept = ", ".join(f"{one.number} ({one.status})" for one in history[:20])
        which = f"revision {self.revision}" if self.revision else "earlier revision that worked"
        raise NotFoundError(
            f"{self.ref} has no {which} [no-revision]", hint=f"kept are {kept or 'none'}"
        )

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return the run of helm and what it does to each object."""
        found = existing_release(scene, self.ref)
        self.check_expected(found)
        if self.expect is None:  # else it undoes a run that is known to have ended
            require_dead(found, scene.around.now)
        chosen = self.chosen(found.history)
        return rolled_back(found, chosen, force=self.force_conflicts)

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves a rollback that was cut short after it had taken place."""
        found = existing_release(scene, self.ref)
        return (is_deployed(found, found.number),)


def earlier(history: tuple[Revision, ...]) -> Revision | None:
    """Return the newest revision that worked, before the newest there is or instead of it."""
    runs = deployed(history)
    if history[0].status is Status.UNINSTALLED:
        return history[0]
    if runs is not None and runs is not history[0]:
        return runs
    return next((one for one in history[1:] if one.status in _WORKED), None)


def rolled_back(found: Outlook, chosen: Revision, *, force: bool) -> tuple[Step, ...]:
    """Return the run of a rollback and what it does to each object."""
    assert found.target is not None  # noqa: S101 - the survey reads the chosen revision
    target: Release = found.target
    how = How(target.server_side, force)
    number = found.number + 1
    asked: Manifest = {"command": "rollback", "revision": chosen.number, "force": force}
    back = inverse(found, number)
    worked = chosen.status in _WORKED
    again = chosen is found.history[0]
    what = f"apply revision {chosen.number} of {found.ref} again"
    what = what if again else f"roll {found.ref} back to revision {chosen.number}"
    head = run(
        found,
        f"{what}, as revision {number}",
        asked,
        told=told_of(found.newest, target, number),
        checks=(is_deployed(found, number),),
        risks=()
        if worked
        else ((Risk.HIGH, f"revision {chosen.number} did not work either: {chosen.status}"),),
        notes=(*not_brought_back(found), *notes_on(found, EVENTS), *left(found, found.present)),
        inverse=back,
        irreversible="" if back else "no revision worked before it",
    )
    return (head, *written(found, how), *run_hooks(found, EVENTS))


def inverse(found: Outlook, number: int) -> Manifest | None:
    """Return the change that goes back to what is now, once a newer revision is there."""
    runs = deployed(found.history)
    release = namespaced_name(found.ref)
    if found.history[0].status is Status.UNINSTALLED:
        return {"kind": "uninstall", "release": release, "keep_history": True, "expect": number}
    if runs is None:
        return None
    return {"kind": "rollback", "release": release, "revision": runs.number, "expect": number}
