"""Do something to a node while nobody uses its accelerators: cordon, evict, wait, act, uncordon.

Whatever an operator does to devices that are in use fails, and a pod that is evicted comes back to
a node that takes pods. An annotation tells a node that was cordoned for this from one that was
cordoned before, also to whoever finishes a plan that was cut short.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.gpu.changes.clients import Client, named
from clusterwright.tools.gpu.changes.cordon import told
from clusterwright.tools.gpu.changes.place import where_to
from clusterwright.tools.gpu.changes.wait import CLIENTS_GONE
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.kubernetes.changes.drain import evictions
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.kubernetes.drained import is_evicted
from clusterwright.tools.manifest import Json, Manifest, number, strings, truth
from clusterwright.tools.ref import Ref

HELD = "clusterwright.io/cordoned-for-plan-of"
"""Annotation on a node that a plan has cordoned, with when that plan was made."""
_SHOWN = 4
_GRACE, _LEAST = 30, 120
"""Seconds: what Kubernetes gives a pod to end if it says nothing, and for that to be seen."""


@dataclass(frozen=True)
class Emptied:
    """A node that is emptied of GPU clients, and later takes pods again."""

    scene: Scene
    estate: Estate
    node: Manifest
    """As it is now, with managedFields."""
    clients: Sequence[Client]
    delete_local_data: bool

    @property
    def held(self) -> bool:
        """Whether a run of this plan that was cut short has cordoned it."""
        return strings(self.node, "metadata", "annotations").get(HELD) == self._mark

    @property
    def cordoned(self) -> Manifest:
        """The node as it is while it is worked on; as it is, where somebody cordoned it before."""
        if truth(self.node, "spec", "unschedulable"):
            return self.node
        return _put(
            _put(self.node, ("spec", "unschedulable"), True),
            ("metadata", "annotations", HELD),
            self._mark,
        )

    def before(self) -> tuple[Step, ...]:
        """Return the steps after which nobody uses its accelerators.

        Raises RefusedError for clients that cannot be moved, or whose budgets hold them.
        """
        self._refuse_held()
        pods = [one.pod for one in self.clients if is_evicted(one.pod)]
        gone = evictions(pods, self.scene.around, delete_local_data=self.delete_local_data)
        gone = tuple(replace(one, remade=True) for one in told(self.estate, gone))
        return (*self._cordon(), *gone, self._wait())

    def after(self, node: Manifest) -> tuple[Step, ...]:
        """Return the step by which the node, as the steps before leave it, takes pods again."""
        if strings(node, "metadata", "annotations").get(HELD) != self._mark:
            return ()
        free = _put(node, ("spec", "unschedulable"), MISSING)
        free = _put(free, ("metadata", "annotations", HELD), MISSING)
        found = patched(self._ref, node, free)
        return (replace(found, say=f"uncordon {self._ref}", follows=True),) if found else ()

    def _cordon(self) -> tuple[Step, ...]:
        found = patched(self._ref, self.node, self.cordoned)
        return (replace(found, say=f"cordon {self._ref}", passing=True),) if found else ()

    def _wait(self) -> Step:
        grace = max(
            (number(one.pod, "spec", "terminationGracePeriodSeconds") for one in self.clients),
            default=_GRACE,
        )
        say = f"wait until nobody uses the GPUs of {self._ref}"
        return waiting(say, self._ref, self.node, CLIENTS_GONE, grace + _LEAST)

    def _refuse_held(self) -> None:
        mark = strings(self.node, "metadata", "annotations").get(HELD)
        if mark is not None and mark != self._mark:
            raise RefusedError(
                f"{self._ref} is cordoned for another plan, which was cut short",
                hint="finish that plan or undo it first; gpu_plan_change names it as unfinished",
            )
        stays = [one for one in self.clients if one.stays]
        if stays:
            raise RefusedError(
                f"pods that cannot be moved use GPUs of {self._ref}: {named(stays)}",
                hint="a DaemonSet's pod comes back at once: keep it off the node by its"
                " nodeSelector; a static pod is a file on the node",
            )
        back = [one for one in self.clients if one.returns]
        if back:
            raise RefusedError(
                f"pods that tolerate a cordon would come back to {self._ref}: {named(back)}",
                hint="scale their workload down, or have it tolerate less than every taint",
            )

    @property
    def _ref(self) -> Ref:
        return Ref.of(self.node)

    @property
    def _mark(self) -> str:
        return self.scene.stamp.isoformat(timespec="seconds")


def waiting(say: str, ref: Ref, node: Manifest, until: str, seconds: int, **body: Json) -> Step:
    """Return a step that only waits (`wait.Waiter`); a plan is not bound to what it asks for."""
    return Step(
        say=say,
        write=Write(Verb.RUN, ref, {"until": until, "seconds": seconds, **body}),
        before={key: node[key] for key in ("apiVersion", "kind", "metadata") if key in node},
        predicate=True,
        follows=True,
        remade=True,
    )


def require_unused(node: Ref, estate: Estate, clients: Sequence[Client]) -> None:
    """Raise RefusedError where somebody uses the accelerators of a node, and may not be moved."""
    if clients:
        places = (
            (one, "cannot be moved" if one.stays else where_to(estate, one.pod).say)
            for one in clients[:_SHOWN]
        )
        where = "; ".join(f"{one.ref}: {place}" for one, place in places)
        raise RefusedError(
            f"GPUs of {node} are in use: {named(clients)}",
            hint=f"pass evict=true to move them first ({where[:600]}), or wait until they end",
        )


def _put(manifest: Manifest, path: tuple[str, ...], value: Json) -> Manifest:
    return cast("Manifest", put(manifest, path, value))
