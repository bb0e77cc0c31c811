"""Delete the object of a hook that an earlier run of Helm left, in the way of the next."""

from typing import ClassVar

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.helm.changes.outlook import Outlook, existing_release
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


class RemoveHook(ReleaseChange):
    """Delete what hooks left."""

    kind: ClassVar[str] = "remove_hook"
    runs: ClassVar[bool] = False
    objects: tuple[Ref, ...] = Field(min_length=1, max_length=20)

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return the deletions; raise RefusedError for a hook that is at work."""
        found = existing_release(scene, self.ref)
        return tuple(self._step(scene, found, one) for one in self.objects)

    def _step(self, scene: Scene, found: Outlook, ref: Ref) -> Step:
        hooks = {one.ref for one in found.hooks}
        if ref not in hooks:
            raise InvalidInputError(
                f"{ref} is no hook of {self.ref}",
                hint=f"its hooks: {', '.join(sorted(map(str, hooks))) or 'none'}",
            )
        live = found.live.get(ref)
        if live is None:
            raise NotFoundError(
                f"there is no {ref} on {scene.cluster}",
                hint="nothing is in the way; plan the operation itself",
            )
        if number(live, "status", "active"):
            raise RefusedError(
                f"{ref} is running: {number(live, 'status', 'active')} active pods",
                hint="wait until it ends; k8s_logs shows what it does",
            )
        uid = text(live, "metadata", "uid")
        options = {"propagationPolicy": "Background"}
        return Step(
            say=f"delete {ref}, which a hook of {self.ref} left",
            write=Write(Verb.DELETE, ref, options, uid=uid),
            before=live,
            checks=(gone(ref, uid),),
            irreversible="a hook is made by Helm when its time comes",
            at_stake=Risk.LOW,
        )
