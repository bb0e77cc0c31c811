"""Where the kubelets of GPU nodes listen: also of those that joined later, as of a scenario."""

import httpx

from clusterwright.deploy.sandbox.gpu.hardware import hardware_of
from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.deploy.sandbox.runtime.log import say
from clusterwright.tools.manifest import condition, number


def tell_kubelets(world: World, port: int) -> None:
    """Write the port of this program into the status of every ready node that has devices."""
    for node in world.all("Node"):
        told = number(node, "status", "daemonEndpoints", "kubeletEndpoint", "Port")
        ready = condition(node, "Ready").get("status") == "True"
        if hardware_of(node) and ready and told != port:
            status = {"daemonEndpoints": {"kubeletEndpoint": {"Port": port}}}
            one = {"apiVersion": "v1", "kind": "Node", **node}
            try:
                world.api.patch(one, {"status": status}, status=True)
            except httpx.HTTPError as error:  # it went away, or the next round tries again
                say(f"kubelet port: {error}")
