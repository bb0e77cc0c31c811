"""The only place that talks to a cluster: authentication, requests, paging, discovery, errors.

Nothing here imports an HTTP library before the first connection is made, because hosts give an
MCP server little time to answer first. `Clusters` is the way in.
"""
