"""GPUs of a cluster: what there is, who has it, and where it is stuck on the way to a pod."""
