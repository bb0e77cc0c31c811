"""Codes that rules of several subjects name together."""

NO_NODE = ("pod/insufficient-resource", "pod/unschedulable", "pod/node-selector-unmatched")
"""What is told of Pods for which no Node has room, or the labels that they ask for."""
BROKEN_GPU = ("gpu/xid-hardware", "gpu/row-remap-failed", "gpu/uncorrectable-memory-errors")
"""What is told of a GPU that has to be replaced or reset."""
