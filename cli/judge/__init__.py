"""The judge of scenarios: what the MCP server reports against what is true."""
