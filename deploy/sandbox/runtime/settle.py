"""The cluster's own first objects, and the wait until pods can be made and run."""

import json
import time

from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.instance import Instance
from clusterwright.deploy.sandbox.runtime.simulated import simulated_nodes

_PATIENCE = 60.0


def settle(instance: Instance, report: Report) -> None:
    """Add the simulated nodes and wait until pods can be made and run."""
    if not _missing(instance):
        return
    report.start("nodes")
    nodes = {
        "apiVersion": "v1",
        "kind": "List",
        "items": simulated_nodes(monitored=instance.has_prometheus),
    }
    instance.kubectl("apply", "-f", "-", stdin=json.dumps(nodes))
    deadline = time.monotonic() + _PATIENCE
    while (missing := _missing(instance)) and time.monotonic() < deadline:
        report.note("nodes", missing)
        time.sleep(0.2)
    if missing:
        report.failed("nodes")
        raise StartError(
            f"after {_PATIENCE:.0f} s: {missing}", hint="see `clusterwright sandbox logs`"
        )
    report.done("nodes")


def _missing(instance: Instance) -> str:
    """Return what pods still wait for, or nothing."""
    nodes = json.loads(instance.kubectl("get", "nodes", "-o", "json"))["items"]
    ready = {
        one["metadata"]["name"]
        for one in nodes
        for condition in one["status"].get("conditions", [])
        if condition["type"] == "Ready" and condition["status"] == "True"
    }
    tainted = {
        one["metadata"]["name"]
        for one in nodes
        for taint in one["spec"].get("taints", [])
        if taint["key"].startswith("node.kubernetes.io/")
    }
    expected = {
        one["metadata"]["name"] for one in simulated_nodes(monitored=instance.has_prometheus)
    }
    if instance.has_node:
        expected.add("real-1")
    if unready := sorted(expected - (ready - tainted)):
        return f"not Ready: {', '.join(unready)}"
    accounts = instance.kubectl("get", "serviceaccount", "-n", "default", "-o", "name")
    return "" if "serviceaccount/default" in accounts else "no default service account"
