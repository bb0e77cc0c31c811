"""Whether a pod fits, by the rules of kube-scheduler, and what would make it run."""
