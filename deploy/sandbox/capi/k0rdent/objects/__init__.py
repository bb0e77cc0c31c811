"""Objects that a sandbox with Cluster API starts with, of k0rdent."""
