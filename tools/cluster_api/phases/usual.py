"""How long the steps of an operation take at most, where the provider itself tells.

The figures are the longest waits of the providers' own end-to-end tests, which run with small
machines: kubernetes-sigs/cluster-api test/e2e/config/docker.yaml,
cluster-api-provider-aws test/e2e/data/e2e_conf.yaml,
cluster-api-provider-azure test/e2e/config/azure-dev.yaml (GPU nodes: wait-gpu-nodes),
cluster-api-provider-vsphere test/e2e/config/vsphere.yaml,
metal3-io/cluster-api-provider-metal3 test/e2e/config/e2e_conf.yaml (keys `default/wait-...`).
"""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What a limit is for, by the key of the tests' intervals."""

    CLUSTER = "wait-cluster"
    CONTROL_PLANE = "wait-control-plane"
    WORKERS = "wait-worker-nodes"
    UPGRADE = "wait-machine-upgrade"
    DELETE = "wait-delete-cluster"


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest that a step takes, and who says so."""

    seconds: int
    source: str


_STEPS = tuple(Step)
_MINUTES: dict[str, tuple[str, tuple[int, ...]]] = {
    "Docker": ("cluster-api test/e2e/config/docker.yaml", (5, 10, 5, 20, 3)),
    "Dev": ("cluster-api test/e2e/config/docker.yaml", (5, 10, 5, 20, 3)),
    "AWS": ("cluster-api-provider-aws test/e2e/data/e2e_conf.yaml", (35, 35, 20, 35, 20)),
    "Azure": ("cluster-api-provider-azure test/e2e/config/azure-dev.yaml", (20, 30, 30, 60, 30)),
    "VSphere": ("cluster-api-provider-vsphere test/e2e/config/vsphere.yaml", (5, 10, 10, 15, 5)),
    "Metal3": ("cluster-api-provider-metal3 test/e2e/config/e2e_conf.yaml", (20, 30, 60, 50, 40)),
}
"""By the beginning of the kind of a Cluster's infrastructure; minutes in the order of `Step`."""


def limit(infrastructure: str, step: Step) -> Limit | None:
    """Return the limit of a step; None for a provider that is not in the table."""
    for prefix, (source, minutes) in _MINUTES.items():
        if infrastructure.startswith(prefix):
            return Limit(minutes[_STEPS.index(step)] * 60, source)
    return None
