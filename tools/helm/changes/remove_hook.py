"""Delete the object of a hook that an earlier run of Helm left, in the way of the next."""

from typing import ClassVar

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.helm.changes.outlook import existing_release
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


class RemoveHook(ReleaseChange):
    """Delete one hook's object."""

    kind: ClassVar[str] = "remove_hook"
    runs: ClassVar[bool] = False
    object: Ref

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError for a hook that is at work."""
        found = existing_release(scene, self.ref)
        hooks = {one.ref for one in found.hooks}
        if self.object not in hooks:
            raise InvalidInputError(
                f"{self.object} is no hook of {self.ref}",
                hint=f"its hooks: {', '.join(sorted(map(str, hooks))) or 'none'}",
            )
        live = found.live.get(self.object)
        if live is None:
            raise NotFoundError(
                f"there is no {self.object} on {scene.cluster}",
                hint="nothing is in the way; plan the operation itself",
            )
        if number(live, "status", "active"):
            raise RefusedError(
                f"{self.object} is running: {number(live, 'status', 'active')} active pods",
                hint="wait until it ends; k8s_logs shows what it does",
            )
        uid = text(live, "metadata", "uid")
        options = {"propagationPolicy": "Background"}
        return (
            Step(
                say=f"delete {self.object}, which a hook of {self.ref} left",
                write=Write(Verb.DELETE, self.object, options, uid=uid),
                before=live,
                checks=(gone(self.object, uid),),
                irreversible="a hook is made by Helm when its time comes",
                at_stake=Risk.LOW,
            ),
        )
