"""What can go wrong while a scenario is broken or healed.

* ToolError
  + ScenarioError            a scenario did not do what it declares
    - NotDevelopedError      its conditions did not come true in time
    - NeedsNodeError         it needs real containers, and this sandbox has no real node
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


class KubectlError(ToolError):
    """The program kubectl refused, or could not reach the sandbox."""

    code = "kubectl"
