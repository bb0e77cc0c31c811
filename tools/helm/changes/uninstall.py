"""Take a release away, with all objects that are its own."""

from typing import ClassVar

from clusterwright.tools.helm.changes.hook_runs import notes_on, run_hooks
from clusterwright.tools.helm.changes.object_steps import deleted, left
from clusterwright.tools.helm.changes.outlook import Outlook, existing_release
from clusterwright.tools.helm.changes.records import has_no_records, is_uninstalled
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.helm.changes.runs import run, told_of
from clusterwright.tools.helm.changes.signs import require_dead
from clusterwright.tools.helm.record import Status, namespaced_name
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

EVENTS = ("pre-delete", "post-delete")


class Uninstall(ReleaseChange):
    """Uninstall a release; with its history kept, it can be brought back."""

    kind: ClassVar[str] = "uninstall"
    keep_history: bool = False

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return the run of helm and the deletion of each object."""
        found = existing_release(scene, self.ref)
        self.check_expected(found)
        if self.expect is None:  # else it undoes a run that is known to have ended
            require_dead(found, scene.around.now)
        if found.history[0].status is Status.UNINSTALLED and self.keep_history:
            return ()
        return uninstalled(scene, found, keep_history=self.keep_history)

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return nothing: a release that is gone leaves nothing to look at."""
        del scene
        return ()


def uninstalled(scene: Scene, found: Outlook, *, keep_history: bool) -> tuple[Step, ...]:
    """Return the run that takes a release away, and what it does to each object."""
    objects = tuple(deleted(found, found.present))
    served = found.history[0].status is not Status.UNINSTALLED
    notes = (*notes_on(found, EVENTS), *left(found, found.present), *_remains(scene, found))
    head = run(
        found,
        f"uninstall {found.ref}" + (", keeping its history" if keep_history else ""),
        {"command": "uninstall", "keep_history": keep_history},
        told=told_of(found.newest, None, 0),
        checks=(is_uninstalled(found),) if keep_history else has_no_records(found),
        risks=((Risk.HIGH if served and objects else Risk.MEDIUM, f"{len(objects)} objects go"),),
        notes=notes,
        inverse=_inverse(found) if keep_history else None,
        irreversible="" if keep_history else "its history goes with it; keep_history keeps it",
    )
    return (head, *objects, *run_hooks(found, EVENTS))


def _inverse(found: Outlook) -> Manifest:
    release = namespaced_name(found.ref)
    number = found.number
    return {"kind": "rollback", "release": release, "revision": number, "expect": number}


def _remains(scene: Scene, found: Outlook) -> tuple[str, ...]:
    """Return what Helm does not know of, and therefore leaves."""
    told: list[str] = []
    for one in found.present:
        if one.ref.kind != "StatefulSet":
            continue
        names = [
            text(claim, "metadata", "name")
            for claim in items(one.manifest, "spec", "volumeClaimTemplates")
        ]
        claims = [
            Ref("PersistentVolumeClaim", name_of(claim), namespace_of(claim))
            for claim in scene.around.in_namespace("PersistentVolumeClaim", one.ref.namespace)
            if any(name_of(claim).startswith(f"{name}-{one.ref.name}-") for name in names)
        ]
        if claims:
            told.append(f"the volumes of {one.ref} stay: {', '.join(map(str, claims))}")
    if found.newest is not None and found.newest.crd_files:
        told.append("CustomResourceDefinitions of the chart stay, with all objects of their kinds")
    return tuple(told)
