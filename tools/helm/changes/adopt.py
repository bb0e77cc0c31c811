"""Let a release own objects that exist, so that it can be installed or upgraded over them."""

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.helm.changes.marks import marked, owned, owner
from clusterwright.tools.helm.changes.release_change import ReleaseChange
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


class Adopt(ReleaseChange):
    """Mark objects as those of a release: one label and two annotations."""

    kind: ClassVar[str] = "adopt"
    runs: ClassVar[bool] = False
    objects: tuple[Ref, ...] = Field(min_length=1, max_length=100)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The objects."""
        return self.objects

    @property
    def reads(self) -> tuple[Ref, ...]:
        """The objects."""
        return self.objects

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return a patch for each object; raise RefusedError for what another release owns."""
        return tuple(step for ref in self.objects if (step := self._mark(scene, ref)))

    def _mark(self, scene: Scene, ref: Ref) -> Step | None:
        live = scene.live.get(ref)
        if live is None:
            raise NotFoundError(
                f"there is no {ref} on {scene.cluster}", hint="list the kind with k8s_list"
            )
        if ref.group == "" and ref.kind in {"Pod", "ReplicaSet", "Node"}:
            raise InvalidInputError(
                f"{ref} is nothing that a chart would own", hint="adopt the workload above it"
            )
        if owned(live, self.ref):
            return None
        other = owner(live)
        if other is not None and other != self.ref:
            raise RefusedError(
                f"{ref} is marked as an object of {other}, which would delete or rewrite it",
                hint="uninstall that release first, or take the object out of its chart",
            )
        found = patched(ref, live, marked(live, self.ref))
        if found is None:
            return None
        return _adoption(found, self.ref)


def _adoption(found: Step, release: Ref) -> Step:
    return replace(
        found,
        say=f"mark {found.ref} as an object of {release}",
        risks=((Risk.MEDIUM, f"the next operation on {release} rewrites it, or deletes it"),),
        paths=(),
    )
