"""What happens to a Cluster, as phases: created, upgraded, rolled out, scaled, or deleted. Pure."""
