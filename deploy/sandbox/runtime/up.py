"""Bring an instance up: parts, plan, launch, and the cluster's own first objects."""

import json
import os
import platform
import shutil
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from clusterwright.deploy.sandbox.capi import programs as cluster_api_programs
from clusterwright.deploy.sandbox.capi.install_classes import install_classes
from clusterwright.deploy.sandbox.capi.k0rdent.install import install_k0rdent
from clusterwright.deploy.sandbox.parts.binaries import (
    CLUSTER_API_VERSION,
    KUBERNETES_VERSION,
    ensure_binaries,
)
from clusterwright.deploy.sandbox.parts.debian import ensure_packages
from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError
from clusterwright.deploy.sandbox.parts.manifests import ensure_manifests
from clusterwright.deploy.sandbox.parts.packages import Packages
from clusterwright.deploy.sandbox.parts.report import Report, SilentReport
from clusterwright.deploy.sandbox.runtime import cgroups, control_plane, node, processes, state
from clusterwright.deploy.sandbox.runtime.down import end
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.instance import Instance, find, runs
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of, write_kubeconfig
from clusterwright.deploy.sandbox.runtime.launch import Launch, listen, listen_low
from clusterwright.deploy.sandbox.runtime.place import NODE_ADDRESS, Place, isolated, on_loopback
from clusterwright.deploy.sandbox.runtime.program import Network, Plan
from clusterwright.deploy.sandbox.runtime.simulated import simulated_nodes
from clusterwright.deploy.sandbox.runtime.state import Record

_PATIENCE = 60.0
_WORKLOADS = 8
"""Workload clusters that a sandbox can have at a time; each takes about 300 MB."""


def up(
    name: str = "default",
    *,
    real_node: bool = True,
    cluster_api: bool = False,
    report: Report | None = None,
) -> Instance:
    """Return a running instance, started if it does not run yet.

    Args:
        name: several instances run side by side.
        real_node: try to have a node that really runs containers; where that cannot be (not
            root, not Linux, no Debian packages), the instance says why and goes without.
        cluster_api: run Cluster API's managers and the sandbox's own provider.
        report: hears what is built and started.

    Raises:
        PartError: something could not be built or fetched.
        StartError: a program did not become ready.
    """
    report = report or SilentReport()
    with state.locked(name):
        instance = _running(name) or _start(
            name, real_node=real_node, cluster_api=cluster_api, report=report
        )
        if cluster_api and not instance.has_cluster_api:
            raise StartError(
                f"sandbox {name!r} runs without Cluster API",
                hint=f"`clusterwright sandbox down {name}` first, or give another name",
            )
        _settle(instance, report)
        if cluster_api:
            install_classes(instance, report)
            install_k0rdent(instance, report)
    return instance


def _running(name: str) -> Instance | None:
    """Return the instance if it runs; remove what is left of it if it does not."""
    if runs(name):
        return find(name)
    end(name)
    return None


def _start(name: str, *, real_node: bool, cluster_api: bool, report: Report) -> Instance:
    packages, why_not = _packages(report) if real_node else (None, "not wanted")
    wanted = control_plane.BINARIES + (node.BINARIES if packages else ())
    wanted += cluster_api_programs.BINARIES if cluster_api else ()
    parts = _Parts(
        ensure_binaries(wanted, report),
        packages,
        ensure_manifests(report) if cluster_api else {},
    )
    files = state.create(name)
    with ExitStack() as held:
        sockets = [held.enter_context(one) for one in _sockets(parts)]
        ports = tuple(one.getsockname()[1] for one in sockets)
        if packages:
            record = _launch(isolated(name, files, workloads=ports[2:]), parts, sockets, report)
        else:
            held.close()  # the ports were only looked for
            record = _launch(on_loopback(name, files, workloads=ports), parts, (), report)
    state.write(replace(record, why_no_node=why_not))
    return find(name)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What an instance is made of."""

    binaries: dict[str, Path]
    packages: Packages | None
    manifests: dict[str, Path]
    """Of Cluster API's managers; none without them."""


def _sockets(parts: _Parts) -> list[socket.socket]:
    """Return the sockets by which an instance is reached: its API, its registry, its clusters."""
    own = [listen(), listen()] if parts.packages else []
    return own + (listen_low(_WORKLOADS) if parts.manifests else [])


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


def _launch(
    place: Place, parts: _Parts, sockets: Sequence[socket.socket], report: Report
) -> Record:
    binaries, packages = parts.binaries, parts.packages
    programs, admin, authority = control_plane.control_plane(place, binaries)
    network = None
    if parts.manifests:
        programs += cluster_api_programs.cluster_api(place, binaries, parts.manifests)
    if packages:
        programs += node.node(place, binaries, packages)
        network = Network(NODE_ADDRESS, place.file("resolv.conf"), [str(packages.busybox), "ip"])
        cgroups.prepare(place.name)
    ports = [one.getsockname()[1] for one in sockets] or [place.api, 0]
    write_kubeconfig(
        place.files / "kubeconfig",
        context=context_of(place.name),
        server=f"https://127.0.0.1:{ports[0]}",
        authority=authority.certificate,
        user=admin,
    )
    plan = Plan(
        logs=place.file("logs"),
        certificate=str(admin.certificate),
        key=str(admin.key),
        programs=programs,
        inherited=[3 + i for i in range(len(sockets))],
        network=network,
    )
    launch = Launch(place.files, plan, sockets)
    record = Record(
        name=place.name,
        mode="node" if packages else "loopback",
        why_no_node="",
        pid=launch.pid,
        started=processes.start_time(launch.pid),
        api_port=ports[0],
        registry_port=ports[1],
        kubectl=str(binaries["kubectl"]),
        versions={"kubernetes": KUBERNETES_VERSION}
        | ({"cluster-api": CLUSTER_API_VERSION} if parts.manifests else {}),
        programs=[program.name for program in programs],
        clusterctl=str(binaries.get("clusterctl", "")),
    )
    state.write(record)  # so that `down` finds it, should we die from here on
    launch.follow(report)
    launch.stay()
    return record


def _settle(instance: Instance, report: Report) -> None:
    """Add the simulated nodes and wait until pods can be made and run."""
    if not _missing(instance):
        return
    report.start("nodes")
    nodes = {"apiVersion": "v1", "kind": "List", "items": simulated_nodes()}
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
    expected = {one["metadata"]["name"] for one in simulated_nodes()}
    if instance.has_node:
        expected.add("real-1")
    if unready := sorted(expected - (ready - tainted)):
        return f"not Ready: {', '.join(unready)}"
    accounts = instance.kubectl("get", "serviceaccount", "-n", "default", "-o", "name")
    return "" if "serviceaccount/default" in accounts else "no default service account"
