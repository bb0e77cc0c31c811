"""What a kind of change is: its typed value, what it needs to know, and the steps it comes to."""

from difflib import get_close_matches
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Manifest, name_of, namespace_of
from clusterwright.tools.ref import Ref


class Change(BaseModel):
    """A change as it was asked for; each kind has its own fields and refuses any other."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    around: ClassVar[tuple[str, ...]] = ()
    """Kinds of objects that the steps are worked out from."""
    resumes: ClassVar[bool] = False
    """Whether it finds out by itself what is left to do, after it was cut short."""

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The objects to read before the steps can be worked out."""
        raise NotImplementedError

    @property
    def reads(self) -> tuple[Ref, ...]:
        """Those of the targets that are objects: the others are for the domain's survey."""
        return self.targets

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return what is to be written, in order; nothing when all is as wanted.

        Raises RefusedError for what must not be done, InvalidInputError for what cannot.
        """
        raise NotImplementedError

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves it once all is written, for a run that was cut short after that."""
        del scene
        return ()


class ObjectChange(Change):
    """A change of one object that exists."""

    object: Ref

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The object."""
        return (self.object,)


def existing(scene: Scene, ref: Ref, otherwise: str = "") -> Manifest:
    """Return the object that is to change; raise NotFoundError, with those of nearly its name.

    `otherwise` is what to do where there are none; a tool is for a domain to name that has it.
    """
    found = scene.live.get(ref)
    if found is None:
        raise NotFoundError(
            f"there is no {ref} on {scene.cluster}",
            hint=_meant(scene, ref) or otherwise or f"list those of kind {ref.kind}",
        )
    return found


def _meant(scene: Scene, ref: Ref) -> str:
    there = scene.around.of_kind(ref.kind_key)
    names = [name_of(one) for one in there if namespace_of(one) == ref.namespace]
    near = get_close_matches(ref.name, names, n=3)
    return f"did you mean {', '.join(near)}?" if near else ""
