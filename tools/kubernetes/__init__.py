"""The Kubernetes domain: what any cluster has."""
