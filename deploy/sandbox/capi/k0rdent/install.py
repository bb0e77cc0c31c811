"""Put the templates of the sandbox's k0rdent into it."""

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from clusterwright.deploy.sandbox.parts.report import Report, reporting
from clusterwright.deploy.sandbox.runtime.instance import Instance

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest

_PACKAGE = "clusterwright.deploy.sandbox.capi.k0rdent.objects"
_FILES = ("policies.yaml", "catalogue.yaml")


def install_k0rdent(instance: Instance, report: Report) -> None:
    """Apply templates, chains and a credential; it changes nothing where they are there."""
    found: list[Manifest] = []
    for name in _FILES:
        found += yaml.safe_load_all(files(_PACKAGE).joinpath(name).read_text(encoding="utf-8"))
    with reporting(report, "k0rdent"):
        content = {"apiVersion": "v1", "kind": "List", "items": found}
        instance.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(content))
