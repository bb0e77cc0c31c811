"""Prometheus and what belongs to it in a sandbox: real programs, and a simulated exporter."""
