"""OAuth sign-in at MCP servers that ask for it, as an application on the user's own machine."""

from clusterwright.agents.sign_in.sign_in import Browse, SignIn

__all__ = ["Browse", "SignIn"]
