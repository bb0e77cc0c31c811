"""Put the sandbox's ClusterClasses into it."""

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from clusterwright.deploy.sandbox.parts.report import Report, reporting
from clusterwright.deploy.sandbox.runtime.instance import Instance

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest

CLASSES = (
    "sandbox-gpu",
    "aws-gpu",
    "azure-gpu",
    "gcp-gpu",
    "openstack-gpu",
    "metal3-gpu",
    "vsphere-gpu",
    "k0s-gpu",
    "k0s-standalone-gpu",
    "in-memory",
)
"""In the order a reader wants: the sandbox's own, simulated clouds, machines in memory."""
_PACKAGE = "clusterwright.deploy.sandbox.capi.classes"


def install_classes(instance: Instance, report: Report) -> None:
    """Apply every class with its templates; it changes nothing where they are there."""
    found: list[Manifest] = []
    for name in CLASSES:
        spelled = files(_PACKAGE).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
        found += yaml.safe_load_all(spelled)
    with reporting(report, "classes"):
        content = {"apiVersion": "v1", "kind": "List", "items": found}
        instance.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(content))
