"""What the server of a machine does without: all that knows clusters, and the driver's bindings."""

from tests.loaded import loaded_by

_CLUSTERS = ("kubernetes", "cluster_api", "helm", "prometheus", "gpu")


def test_the_server_starts_without_what_knows_clusters() -> None:
    loaded = loaded_by("import clusterwright.servers.gpu_node as it; it.create_server()")
    assert "clusterwright.tools.gpu_node.inspect_node" in loaded
    assert not {f"clusterwright.tools.{one}" for one in _CLUSTERS} & loaded
    assert not {"httpx", "kubernetes", "yaml", "pynvml"} & loaded
