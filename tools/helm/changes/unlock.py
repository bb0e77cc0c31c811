"""Let go of a release that an operation which has died holds as pending.

Helm refuses any other operation while the newest revision is pending. Nothing in the record tells
whether its process lives, so that signs of life are looked for first.
"""

from dataclasses import replace
from typing import ClassVar, Literal

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.helm.changes.outlook import Outlook, existing_release
from clusterwright.tools.helm.changes.records import is_deployed
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.helm.changes.rollback import earlier, rolled_back
from clusterwright.tools.helm.changes.signs import require_dead, signs_of
from clusterwright.tools.helm.changes.uninstall import uninstalled
from clusterwright.tools.helm.record import Revision, Status, deployed
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.trust.risk import Risk


class Unlock(ReleaseChange):
    """Free a pending release: roll back to what worked, uninstall, or forget the revision."""

    kind: ClassVar[str] = "unlock"
    by: Literal["rollback", "uninstall", "forget"] | None = None
    dead: bool = False
    """Whether somebody found out that the process is gone."""

    def chosen(self, history: tuple[Revision, ...]) -> Revision | None:
        """Return the revision to go back to, if that is the way."""
        return earlier(history) if self._way(history) == "rollback" else None

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return the run of helm, or the deletion of the record that holds it."""
        found = existing_release(scene, self.ref)
        self.check_expected(found)
        newest = found.history[0]
        if not newest.status.pending:
            raise RefusedError(
                f"{self.ref} is not locked: revision {newest.number} is {newest.status}",
                hint="helm_get_release tells its status",
            )
        if not self.dead:
            require_dead(found, scene.around.now)
        first, *rest = self._steps(scene, found)
        signs = signs_of(found, scene.around.now)
        if signs:  # whoever approves must know what was set aside
            said = f"its operation is taken for dead on somebody's word, though {'; '.join(signs)}"
            first = replace(first, risks=(*(first.risks or ()), (Risk.HIGH, said)))
        return (first, *rest)

    def _way(self, history: tuple[Revision, ...]) -> str:
        if self.by:
            return self.by
        return "rollback" if earlier(history) else "uninstall"

    def _steps(self, scene: Scene, found: Outlook) -> tuple[Step, ...]:
        way = self._way(found.history)
        if way == "uninstall":
            if deployed(found.history):
                raise RefusedError(
                    f"{self.ref} has a revision that is deployed: nothing needs to be uninstalled",
                    hint='by="rollback" goes back to it',
                )
            return uninstalled(scene, found, keep_history=False)
        if way == "rollback":
            chosen = earlier(found.history)
            if chosen is None:
                raise RefusedError(
                    f"no revision of {self.ref} ever worked: there is nothing to go back to",
                    hint='by="uninstall" takes away what was made, by="forget" leaves it',
                )
            return rolled_back(found, chosen, force=False)
        return (_forget(found),)

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves a rollback that was cut short after it had taken place."""
        found = existing_release(scene, self.ref)
        return (is_deployed(found, found.number),)


def _forget(found: Outlook) -> Step:
    newest = found.history[0]
    record = newest.record
    installs = newest.status is Status.PENDING_INSTALL
    return Step(
        say=f"forget revision {newest.number} of {found.ref}, which is {newest.status}",
        write=Write(Verb.DELETE, record, {}, uid=newest.uid),
        before=found.live.get(record),
        checks=(gone(record, newest.uid),),
        irreversible="what a Secret held is not kept",
        at_stake=Risk.MEDIUM,
        risks=((Risk.MEDIUM, "its objects stay as that operation left them"),),
        notes=("nothing of the release is known any more, and its objects stay",)
        if installs
        else ("plan an upgrade after it, which makes the objects what a revision says",),
        rests_on=found.state,
    )
