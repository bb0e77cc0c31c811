"""What can go wrong while a scenario is broken or healed.

* ToolError
  + ScenarioError            a scenario did not do what it declares
    - NotDevelopedError      its conditions did not come true in time
    - NeedsNodeError         it needs real containers, and this sandbox has no real node
    - NeedsClusterApiError   it needs Cluster API, and this sandbox runs without
    - NeedsPrometheusError   it needs Prometheus, and this sandbox runs without
    - NeedsGpuError          it needs the GPU pools, and this sandbox runs without
    - NotGoneError           its workload cluster did not go away in time
    - HelmError              an operation of Helm did not end as it is declared to
  + KubectlError             kubectl refused, or could not reach the sandbox
"""

from clusterwright.tools.errors import ToolError


class ScenarioError(ToolError):
    """A scenario did not do what it declares."""

    code = "scenario"


class NotDevelopedError(ScenarioError):
    """The conditions of a scenario did not come true in time."""

    code = "scenario_not_developed"


class NeedsNodeError(ScenarioError):
    """The scenario needs a real node, and the sandbox has none."""

    code = "scenario_needs_node"


class NeedsClusterApiError(ScenarioError):
    """The scenario needs Cluster API's managers, and the sandbox has none."""

    code = "scenario_needs_cluster_api"


class NeedsPrometheusError(ScenarioError):
    """The scenario needs Prometheus, and the sandbox has none."""

    code = "scenario_needs_prometheus"


class NeedsGpuError(ScenarioError):
    """The scenario needs the GPU pools and their operators, and the sandbox has none."""

    code = "scenario_needs_gpu"


class NotGoneError(ScenarioError):
    """A workload cluster of a scenario did not go away in time."""

    code = "scenario_not_gone"


class HelmError(ScenarioError):
    """An operation of Helm did not end as it is declared to."""

    code = "scenario_helm"


class KubectlError(ToolError):
    """The program kubectl refused, or could not reach the sandbox."""

    code = "kubectl"
