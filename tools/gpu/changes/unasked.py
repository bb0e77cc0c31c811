"""Who uses a node's accelerators, and has not asked for a device by a resource or a claim.

A fraction is asked for by an annotation (kai-scheduler, docs/gpu-sharing), a portion by resources
that count no device (HAMi), and a container that sets NVIDIA_VISIBLE_DEVICES may have whatever that
names (NVIDIA/nvidia-container-toolkit, README).
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.vendor import PORTIONS_OF_HAMI
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.kubernetes.drained import moves
from clusterwright.tools.manifest import Manifest, items, mapping, strings, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, owner_of

_FRACTIONS = ("gpu-fraction", "gpu-memory")
_VISIBLE = "NVIDIA_VISIBLE_DEVICES"
_NOTHING = frozenset({"", "none", "void"})


def unasked(pod: Manifest) -> Iterator[str]:
    """Yield by what a pod uses accelerators, of those that can be moved to another node."""
    marks = strings(pod, "metadata", "annotations")
    for key in _FRACTIONS:
        if key in marks:
            yield f"{key} {word(one_line(marks[key], 20))}"
    yield from sorted(PORTIONS_OF_HAMI & _limited(pod))
    if _sees(pod) and moves(pod):
        yield _VISIBLE


def onlookers(estate: Estate, node: str) -> Sequence[Ref]:
    """Return the pods that belong to a node and see its accelerators, but for operands."""
    return sorted(
        (
            Ref.of(pod)
            for pod in estate.pods_on(node)
            if _sees(pod)
            and not moves(pod)
            and not finished(pod)
            and owner_of(pod) not in estate.operands
        ),
        key=str,
    )


def _sees(pod: Manifest) -> bool:
    """Return whether a container says which devices it sees; what is set from elsewhere counts."""
    return any(
        text(env, "name") == _VISIBLE and ("valueFrom" in env or text(env, "value") not in _NOTHING)
        for one in _containers(pod)
        for env in items(one, "env")
    )


def _limited(pod: Manifest) -> set[str]:
    return {key for one in _containers(pod) for key in mapping(one, "resources", "limits")}


def _containers(pod: Manifest) -> list[Manifest]:
    return [*items(pod, "spec", "initContainers"), *items(pod, "spec", "containers")]
