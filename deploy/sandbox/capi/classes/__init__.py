"""The ClusterClasses of a sandbox, one file each."""
