"""Incidents: faults of scenarios, and what hangs on them, composed so that the truth follows."""
