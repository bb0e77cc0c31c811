"""What pods, nodes and events say, in the terms in which the analyzers reason; pure throughout."""
