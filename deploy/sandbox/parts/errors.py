"""What can go wrong while the parts of a sandbox are made.

* ToolError
  + PartError              a part could not be made
    - ToolchainError       no Go that could build the rest
    - BuildError           Go refused; carries the end of what it said
    - NodeUnavailableError this machine cannot have the parts of a real node; callers go on
                           with the control plane and simulated nodes
"""

from clusterwright.tools.errors import ToolError


class PartError(ToolError):
    """A part of the sandbox could not be made."""

    code = "sandbox_part"


class ToolchainError(PartError):
    """There is no Go toolchain, and none could be fetched."""

    code = "sandbox_toolchain"


class BuildError(PartError):
    """A binary did not build."""

    code = "sandbox_build"


class NodeUnavailableError(PartError):
    """The parts of a real node cannot be had here; a sandbox without one still can."""

    code = "sandbox_no_node"
