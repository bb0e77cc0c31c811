"""The ConfigMaps in which operators look up what labels of nodes name."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.manifest import Manifest, mapping, text
from clusterwright.tools.ref import Ref, legal

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

NAMESPACE = "gpu-operator"
"""Where NVIDIA's operator is, if its ClusterPolicy does not say."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The ConfigMap in which an operator looks up what a label names."""

    ref: Ref
    data: Manifest | None
    """Its content; None where there is no such ConfigMap."""
    default: str = ""
    """The key that counts for a node without the label."""


async def read_file(
    connection: "Connection", namespace: str, name: str, default: str = ""
) -> ConfigFile | None:
    """Return a ConfigMap as it is at this moment; None where the names can name none.

    Raises ForbiddenError where it may not be read, NotFoundError for a namespace there is not.
    """
    ref = legal("ConfigMap", name, namespace, "v1")
    if ref is None or not namespace:
        return None
    found = await connection.live(ref)
    return ConfigFile(ref, None if found is None else mapping(found, "data"), default)


async def plugin_file(connection: "Connection", estate: Estate) -> ConfigFile | None:
    """Return that of the device plugin, as `read_file` does; None where the policy names none."""
    config = mapping(estate.policy, "spec", "devicePlugin", "config")
    if not text(config, "name"):
        return None
    home = estate.home or NAMESPACE
    return await read_file(connection, home, text(config, "name"), text(config, "default"))
