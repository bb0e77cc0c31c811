"""What an instance is made of: programs, packages, definitions, each from the cache or made now."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.capi import programs as cluster_api_programs
from clusterwright.deploy.sandbox.monitoring import programs as monitoring_programs
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.debian import ensure_packages
from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError
from clusterwright.deploy.sandbox.parts.manifests import ensure_manifests
from clusterwright.deploy.sandbox.parts.monitoring_definitions import ensure_definitions
from clusterwright.deploy.sandbox.parts.packages import Packages
from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.deploy.sandbox.runtime import control_plane, node


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What an instance is made of, and with it what it has."""

    binaries: dict[str, Path]
    packages: Packages | None
    why_no_node: str
    manifests: dict[str, Path]
    """Of Cluster API's managers; none without them."""
    definitions: Path | None
    """Of the kinds of Prometheus' operator; none without Prometheus."""
    gpu: bool
    """Whether GPU nodes and their operators are simulated; that needs no parts."""


def gather(
    *, real_node: bool, cluster_api: bool, prometheus: bool, gpu: bool, report: Report
) -> Ingredients:
    """Return what an instance is made of; build and fetch what the cache does not have."""
    packages, why_not = _packages(report) if real_node else (None, "not wanted")
    wanted = control_plane.BINARIES + (node.BINARIES if packages else ())
    wanted += cluster_api_programs.BINARIES if cluster_api else ()
    wanted += monitoring_programs.BINARIES if prometheus else ()
    return Ingredients(
        ensure_binaries(wanted, report),
        packages,
        why_not,
        ensure_manifests(report) if cluster_api else {},
        ensure_definitions(report) if prometheus else None,
        gpu,
    )


def _packages(report: Report) -> tuple[Packages | None, str]:
    """Return what a real node needs, or why there can be none."""
    if platform.system() != "Linux":
        return None, f"a real node needs Linux, this is {platform.system()}"
    if os.geteuid() != 0:
        return None, "a real node needs root"
    if shutil.which("unshare") is None:
        return None, "a real node needs unshare, of util-linux"
    try:
        return ensure_packages(report), ""
    except NodeUnavailableError as error:
        return None, str(error)
