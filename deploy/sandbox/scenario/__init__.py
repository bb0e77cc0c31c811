"""Scenarios: declared faults and healthy traps, with the truth about each."""
