"""Alerts: what fires, who is told, and what keeps them quiet."""
