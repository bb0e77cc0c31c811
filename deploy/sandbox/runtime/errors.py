"""What can go wrong with an instance.

* ToolError
  + NoSuchInstanceError   there is no instance of that name
  + StartError            a program did not become ready; carries the end of its log
"""

from clusterwright.tools.errors import NotFoundError, ToolError


class NoSuchInstanceError(NotFoundError):
    """There is no instance of that name."""


class StartError(ToolError):
    """An instance did not come up."""

    code = "sandbox_start"
