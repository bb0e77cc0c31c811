"""The sandbox's Cluster API provider: infrastructure, bootstrap and control plane in one."""
