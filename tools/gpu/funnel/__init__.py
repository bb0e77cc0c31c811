"""The way of a node from its PCI device to devices that pods can have, stage by stage."""
