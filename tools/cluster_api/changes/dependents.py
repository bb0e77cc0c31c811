"""What would be lost or left behind with a workload cluster: nobody cleans it up afterwards.

Load balancers and disks are made by controllers on the workload cluster, which go with it; what
they made in a cloud then stays, and costs (Cluster API book, troubleshooting; issues of providers).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.cluster_api.changes.cluster_change import elsewhere
from clusterwright.tools.cluster_api.estate import paused
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Scene
from clusterwright.tools.kubernetes.drained import is_evicted
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

WORDS = ("load-balancers", "volumes", "retained-volumes", "pods", "unread")
"""What can be accepted, in the order in which it is told."""
_SHOWN = 4
_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})


@dataclass(frozen=True, slots=True)
class Dependents:
    """Things of one sort, which whoever gives the cluster up has to accept by its word."""

    word: str
    """How it is accepted."""
    fate: str
    refs: tuple[str, ...]
    bound: bool = True
    """Whether a plan holds only while they are the same; pods come and go."""

    def line(self) -> str:
        """Return it as one line."""
        more = f" and {len(self.refs) - _SHOWN} more" if len(self.refs) > _SHOWN else ""
        named = f": {', '.join(self.refs[:_SHOWN])}{more}" if self.refs else ""
        return f"{self.word} ({self.fate}){named}"


def dependents(seen: Elsewhere) -> list[Dependents]:
    """Return what depends on a workload cluster."""
    if seen.snapshot is None:
        return [Dependents("unread", f"what runs there could not be read: {seen.why_not}", ())]
    return [one for one in _found(seen.snapshot) if one.refs]


def require_accepted(
    of: Ref, found: Sequence[Dependents], accept: Sequence[str]
) -> tuple[Dependents, ...]:
    """Return what goes with a cluster; raise RefusedError unless all of it was accepted."""
    unknown = [one for one in accept if one not in WORDS]
    if unknown:
        raise InvalidInputError(
            f"{unknown[0][:80]!r} is nothing to accept", hint=f"there are {', '.join(WORDS)}"
        )
    left = [one for one in found if one.word not in accept]
    if left:
        both = dict.fromkeys((*accept, *(one.word for one in left)))
        words = ", ".join(f'"{one}"' for one in both)
        raise RefusedError(
            f"with {of} would go: {'; '.join(one.line() for one in left)}",
            hint=f"take away what is still needed; else accept it: accept=[{words}]",
        )
    return tuple(found)


def require_movable(cluster: Manifest) -> None:
    """Raise RefusedError for a cluster whose deletion would hang."""
    if paused(cluster):
        raise RefusedError(
            f"{Ref.of(cluster)} is paused: its deletion would hang, half done",
            hint='plan {"kind":"resume"} first, once it is clear why it was paused',
        )


def require_another(scene: Scene, cluster: Manifest) -> None:
    """Raise RefusedError for the Cluster that stands for the management cluster itself."""
    ref = Ref.of(cluster)
    identity = elsewhere(scene, ref).identity
    if identity and identity == scene.identity:
        raise RefusedError(
            f"{ref} is this management cluster itself",
            hint="move its clusters to another one first (clusterctl move)",
        )


def _found(around: Snapshot) -> Iterator[Dependents]:
    balanced = [
        one for one in around.of_kind("Service") if text(one, "spec", "type") == "LoadBalancer"
    ]
    yield Dependents("load-balancers", "left in the cloud, and paid for", _names(balanced))
    claims = around.of_kind("PersistentVolumeClaim")
    kept = [one for one in claims if _policy(one, around) == "Retain"]
    lost = [one for one in claims if one not in kept]
    yield Dependents(
        "volumes", "data that cannot be reached any more, disks left behind", _names(lost)
    )
    yield Dependents("retained-volumes", "disks that stay, to be found by hand", _names(kept))
    pods = [one for one in around.of_kind("Pod") if _counts(one)]
    yield Dependents("pods", "they end", _names(pods), bound=False)


def _policy(claim: Manifest, around: Snapshot) -> str:
    volume = around.get(Ref("PersistentVolume", text(claim, "spec", "volumeName") or "?"))
    return text(volume or {}, "spec", "persistentVolumeReclaimPolicy")


def _counts(pod: Manifest) -> bool:
    """Return whether a pod is somebody's work: not the system's or a DaemonSet's, nor ended."""
    return namespace_of(pod) not in _SYSTEM and is_evicted(pod)


def _names(found: Sequence[Manifest]) -> tuple[str, ...]:
    return tuple(sorted(f"{namespace_of(one)}/{name_of(one)}" for one in found))
