"""The official MCP conformance suite, run against our servers and our hub: `make conformance`."""
