"""The vectors that costs are worked out from, as PromQL: requests, use, owners, prices.

Metrics: kubernetes/kube-state-metrics docs/metrics, cAdvisor, NVIDIA dcgm-exporter, OpenCost
(docs/integrations/metrics: node_gpu_hourly_cost and others).
"""

from collections.abc import Collection
from dataclasses import dataclass

from clusterwright.tools.prometheus.promql.literals import string

GPU_RESOURCES = "nvidia_com_.*|amd_com_gpu"
REQUESTS = "kube_pod_container_resource_requests"
PHASE, OWNER, RULE = (
    "kube_pod_status_phase",
    "kube_pod_owner",
    "namespace_workload_pod:kube_pod_owner:relabel",
)
CPU, MEMORY = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
RECEIVED = "container_network_receive_bytes_total"
ALLOCATABLE = "kube_node_status_allocatable"
ENGINE, UTIL = "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_DEV_GPU_UTIL"
THROTTLED, PERIODS = (
    "container_cpu_cfs_throttled_periods_total",
    "container_cpu_cfs_periods_total",
)
OOM = "container_oom_events_total"
STARTED, HPA = "kube_pod_start_time", "kube_horizontalpodautoscaler_info"
NODE_LABELS = "kube_node_labels"
NODE_GPU, NODE_CPU, NODE_MEMORY = (
    "node_gpu_hourly_cost",
    "node_cpu_hourly_cost",
    "node_ram_hourly_cost",
)
METRICS = (
    REQUESTS, PHASE, OWNER, RULE, CPU, MEMORY, RECEIVED, ALLOCATABLE, ENGINE, UTIL, THROTTLED,
    PERIODS, OOM, STARTED, HPA, NODE_LABELS, NODE_GPU, NODE_CPU, NODE_MEMORY,
)  # fmt: skip
CONTAINER = 'container!~"|POD"'
_TOLD = frozenset({REQUESTS, PHASE, OWNER, STARTED, HPA})
"""What an exporter tells of others: without honor_labels their names are in `exported_`."""


def existing() -> str:
    """Return the query which metrics there are, and which of them were renamed to `exported_`."""
    names = f'__name__=~"{"|".join(METRICS)}"'
    renamed = f'__name__=~"{"|".join(sorted(_TOLD))}",exported_namespace!=""'
    marked = f'label_replace(count by (__name__) ({{{renamed}}}), "renamed", "1", "", "")'
    return f"count by (__name__) ({{{names}}}) or {marked}"


@dataclass(frozen=True, slots=True)
class Sources:
    """What there is, and over which window it is asked about."""

    there: Collection[str]
    renamed: Collection[str]
    seconds: int

    @property
    def resolution(self) -> int:
        """Seconds between the moments of a subquery: some 240 of them, but one a minute at most."""
        least = max(60, self.seconds // 240)
        return next((one for one in range(least, 2 * least) if self.seconds % one == 0), least)

    def end(self, now: int) -> int:
        """Return when the window ends: never at a moment of its grid, which would count both ends.

        Up to Prometheus 3.0 a subquery has the moment at which its window begins.
        """
        return now - 1 if now % self.resolution == 0 else now

    @property
    def window(self) -> str:
        """The window of a subquery."""
        return f"[{self.seconds}s:{self.resolution}s]"

    def told(self, metric: str, matchers: str = "") -> str:
        """Return series of an exporter about others, named as if its labels had been honoured."""
        if metric not in self.renamed:
            return f"{metric}{{{matchers}}}"
        series = f"{metric}{{{matchers}}}"
        for label in ("namespace", "pod", "container", "node"):
            series = f'label_replace({series}, "{label}", "$1", "exported_{label}", "(.+)")'
        return series

    def requests(self, resource: str, by: str, matchers: str = "") -> str:
        """Return what running pods request of a resource, a pattern.

        Pods that ended keep their requests in kube-state-metrics until they are deleted.
        """
        more = f",{matchers}" if matchers else ""
        asked = self.told(REQUESTS, f'resource=~"{resource}"{more}')
        total = f"sum by ({by}) ({asked})"
        if PHASE not in self.there:
            return total
        phase = self.told(PHASE, 'phase=~"Pending|Running"')
        return f"{total} and on (namespace,pod) (max by (namespace,pod) ({phase}) == 1)"

    def owned(self, vector: str) -> str:
        """Return a vector of pods by their workloads, with `workload` and `workload_type`."""
        owner = self.owners()
        return (
            "sum by (namespace,workload,workload_type) ("
            f"({vector}) * on (namespace,pod) group_left (workload,workload_type) ({owner}))"
        )

    def owners(self, matchers: str = "") -> str:
        """Return 1 for each pod, with its workload: by the recording rule, else by its owner."""
        by = "max by (namespace,pod,workload,workload_type)"
        if RULE in self.there:
            return f"{by} ({RULE}{{{matchers}}})"
        more = f",{matchers}" if matchers else ""
        owner = self.told(OWNER, f'owner_is_controller!="false"{more}')
        named = f'label_replace({owner}, "workload", "$1", "owner_name", "(.+)")'
        kinds = f'label_replace({named}, "workload_type", "$1", "owner_kind", "(.+)")'
        # A Deployment names its ReplicaSets after itself and a hash.
        joined = f'label_join({kinds}, "of", ";", "owner_kind", "owner_name")'
        short = f'label_replace({joined}, "workload", "$1", "of", "ReplicaSet;(.+)-[a-z0-9]+")'
        renamed = f'label_replace({short}, "workload_type", "Deployment", "of", "ReplicaSet;.+")'
        return f"{by} ({renamed})"

    def named(self, pods: str, metric: str = REQUESTS) -> str:
        """Return the matcher of pods by a pattern of their names, as a metric has them."""
        prefix = "exported_" if metric in self.renamed else ""
        return f"{prefix}pod=~{string(pods)}"

    def owners_of(self, pods: str) -> str:
        """Return 1 for each pod whose name a pattern matches, with its workload."""
        return self.owners(self.named(pods, RULE if RULE in self.there else OWNER))

    def hours(self, vector: str) -> str:
        """Return the sum of a vector over the window, in hours."""
        return f"sum_over_time(({vector}){self.window}) * {self.resolution} / 3600"
