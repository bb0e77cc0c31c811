"""Cluster API in a sandbox: the real managers, and a provider whose workload clusters are real."""
