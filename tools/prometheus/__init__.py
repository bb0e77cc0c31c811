"""Prometheus and Alertmanager: queries, targets, rules and alerts, and what they say of a cluster.

Numbers are worked out where they are kept: what a tool asks for is a summary that the server
computed, not series to be summed up here.
"""
