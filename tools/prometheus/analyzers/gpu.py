"""One GPU as the series of dcgm-exporter tell it apart: where it is, and which pod has it."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.prometheus.analyzers.about import name
from clusterwright.tools.prometheus.analyzers.joins import hosts, node_of, owners, pod_of, workload
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.ref import Ref


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU, or an instance of one that MIG made."""

    spelled: str
    """As a sentence names it: `GPU 3 (NVIDIA H100, GPU-1f0c...)`."""
    node: Ref
    pod: Ref | None
    uuid: str
    relations: tuple[Relation, ...]

    @property
    def key(self) -> tuple[Ref, str]:
        """What tells it from all others."""
        return (self.node, self.uuid)


def gpu_of(estate: Estate, labels: Labels) -> Gpu | None:
    """Return the GPU of a series; None where its node is not known, or gone."""
    node = node_of(estate, labels)
    if node is None:
        return None
    pod = pod_of(estate, labels)
    index, uuid = labels.get("gpu", ""), labels.get("UUID", "")
    about = [name(one) for one in (labels.get("modelName", ""), uuid) if one]
    instance = labels.get("GPU_I_ID", "")
    mig = f", MIG instance {name(instance)}" if instance else ""
    spelled = f"GPU {name(index) if index else ''}".rstrip() + mig
    relations = (*hosts(estate, pod, node), *(owners(estate, pod) if pod else ()))
    return Gpu(
        f"{spelled} ({', '.join(about)})" if about else spelled,
        node,
        pod,
        f"{uuid or index}/{instance}",
        relations,
    )


def struck(estate: Estate, gpu: Gpu) -> Iterator[Relation]:
    """Yield the edges by which a GPU's fault explains what its pod and workload have."""
    for one in dict.fromkeys((workload(estate, gpu.pod), gpu.pod) if gpu.pod else ()):
        yield Relation(source=one, edge=Edge.USES, target=gpu.node)
