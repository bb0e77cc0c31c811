"""What the server of a machine does without: all that knows clusters, and the driver's bindings."""

import subprocess
import sys

_CLUSTERS = ("kubernetes", "cluster_api", "helm", "prometheus", "gpu")


def test_the_server_starts_without_what_knows_clusters() -> None:
    program = (
        "import clusterwright.servers.gpu_node as server, sys;"
        " server.create_server(); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "clusterwright.tools.gpu_node.inspect_node" in loaded
    assert not {f"clusterwright.tools.{one}" for one in _CLUSTERS} & loaded
    assert not {"httpx", "kubernetes", "yaml", "pynvml"} & loaded
