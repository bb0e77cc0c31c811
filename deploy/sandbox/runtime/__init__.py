"""A real Kubernetes on one machine: started, watched and taken down without a container engine."""
