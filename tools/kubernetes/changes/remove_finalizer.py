"""Remove a finalizer whose controller is gone, so that a deletion can end."""

from typing import ClassVar

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, items, mapping, text, texts
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk

_BUILT_IN = ("kubernetes.io/", "foregroundDeletion", "orphan", "kubernetes")
"""Finalizers of Kubernetes itself, whose controllers are never gone."""


class RemoveFinalizer(ObjectChange):
    """Remove one finalizer of an object that is being deleted."""

    kind: ClassVar[str] = "remove_finalizer"
    around: ClassVar[tuple[str, ...]] = ("Deployment", "StatefulSet", "DaemonSet", "Pod")
    finalizer: str = Field(min_length=1, max_length=300)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of metadata.finalizers, with the proof that nobody honours it."""
        before, ref = existing(scene, self.object), self.object
        held = texts(before, "metadata", "finalizers")
        if self.finalizer not in held:
            raise InvalidInputError(
                f"{ref} has no finalizer {self.finalizer[:120]!r}",
                hint=f"it has {', '.join(quoted(one) for one in held) or 'none'}",
            )
        if "deletionTimestamp" not in mapping(before, "metadata"):
            raise RefusedError(
                f"{ref} is not being deleted: its finalizers wait for nothing",
                hint="delete the object; its controller then does what the finalizer stands for",
            )
        if self.finalizer.startswith(_BUILT_IN) or ".kubernetes.io/" in self.finalizer:
            raise RefusedError(
                f"{quoted(self.finalizer)} is a finalizer of Kubernetes itself, whose controller is"
                " at work",
                hint="find out with k8s_describe what it still waits for",
            )
        alive = controllers(self.finalizer, scene.around)
        if alive:
            raise RefusedError(
                f"the controller of {quoted(self.finalizer)} seems to run: {', '.join(alive[:3])}",
                hint="repair that controller, or read its logs with k8s_logs: the finalizer stands"
                " for a clean-up that only it knows",
            )
        rest = [one for one in held if one != self.finalizer]
        uid = text(before, "metadata", "uid")
        checks: tuple[Check, ...] = () if rest else (gone(ref, uid),)
        return (
            Step(
                say=f"remove the finalizer {quoted(self.finalizer)} of {ref}",
                write=Write(
                    Verb.PATCH,
                    ref,
                    {"metadata": {"finalizers": rest}},
                    uid=uid,
                    version=text(before, "metadata", "resourceVersion"),
                ),
                before=before,
                checks=checks,
                irreversible="what the finalizer stood for is never done, and the object goes",
                at_stake=Risk.HIGH,
                notes=(f"no workload here carries the words of {quoted(self.finalizer)}",),
            ),
        )


def controllers(finalizer: str, around: Snapshot) -> list[str]:
    """Return the workloads that may honour a finalizer: those called like a part of its domain.

    A guess on purpose on the safe side: `backup.delta.example.com/final` may be honoured by
    whatever is called backup, delta or example, or has an image that is.
    """
    domain = finalizer.partition("/")[0].split(".")
    words = [_tokens(one) for one in (domain[:-1] or domain)]
    return [
        str(Ref.of(one))
        for kind in RemoveFinalizer.around
        for one in around.of_kind(kind)
        if any(word <= name for word in words for name in _names(one))
    ]


def _names(workload: Manifest) -> list[set[str]]:
    """Return what a workload and its images are called, in words."""
    template = mapping(workload, "spec", "template") or workload
    images = [text(one, "image") for one in items(template, "spec", "containers")]
    last = [one.rpartition("/")[2].partition(":")[0] for one in images]
    return [_tokens(one) for one in (text(workload, "metadata", "name"), *last)]


def _tokens(name: str) -> set[str]:
    return set(name.lower().replace("_", "-").split("-"))
