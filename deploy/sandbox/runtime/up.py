"""Bring an instance up: parts, plan, launch, and the cluster's own first objects."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from clusterwright.deploy.sandbox.capi import programs as cluster_api_programs
from clusterwright.deploy.sandbox.capi.install_classes import install_classes
from clusterwright.deploy.sandbox.capi.k0rdent.install import install_k0rdent
from clusterwright.deploy.sandbox.gpu import programs as gpu_programs
from clusterwright.deploy.sandbox.monitoring import programs as monitoring_programs
from clusterwright.deploy.sandbox.monitoring.settle import settle_monitoring
from clusterwright.deploy.sandbox.parts.binaries import (
    CLUSTER_API_VERSION,
    KUBERNETES_VERSION,
    PROMETHEUS_VERSION,
)
from clusterwright.deploy.sandbox.parts.report import Report, SilentReport
from clusterwright.deploy.sandbox.runtime import cgroups, control_plane, node, processes, state
from clusterwright.deploy.sandbox.runtime.certificates import Pair
from clusterwright.deploy.sandbox.runtime.down import end
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.ingredients import Ingredients, gather
from clusterwright.deploy.sandbox.runtime.instance import Instance, find, runs
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of, write_kubeconfig
from clusterwright.deploy.sandbox.runtime.launch import Launch, listen, listen_low
from clusterwright.deploy.sandbox.runtime.place import (
    NODE_ADDRESS,
    SIMULATED_ADDRESS,
    Place,
    isolated,
    on_loopback,
)
from clusterwright.deploy.sandbox.runtime.program import Network, Plan, Program
from clusterwright.deploy.sandbox.runtime.settle import settle
from clusterwright.deploy.sandbox.runtime.state import Record

_WORKLOADS = 8
"""Workload clusters that a sandbox can have at a time; each takes about 300 MB."""


def up(
    name: str = "default",
    *,
    real_node: bool = True,
    cluster_api: bool = False,
    prometheus: bool = False,
    gpu: bool = False,
    report: Report | None = None,
) -> Instance:
    """Return a running instance, started if it does not run yet.

    Args:
        name: several instances run side by side.
        real_node: try to have a node that really runs containers; where that cannot be (not
            root, not Linux, no Debian packages), the instance says why and goes without.
        cluster_api: run Cluster API's managers and the sandbox's own provider.
        prometheus: run Prometheus, its operator, Alertmanager, metrics-server and a simulated
            exporter.
        gpu: have simulated GPU nodes, with the operators of NVIDIA and AMD and their operands.
        report: hears what is built and started.

    Raises:
        PartError: something could not be built or fetched.
        StartError: a program did not become ready.
    """
    report = report or SilentReport()
    with state.locked(name):
        instance = _running(name)
        if instance is None:
            wanted = gather(
                real_node=real_node,
                cluster_api=cluster_api,
                prometheus=prometheus,
                gpu=gpu,
                report=report,
            )
            instance = _start(name, wanted, report)
        _check(instance, cluster_api=cluster_api, prometheus=prometheus, gpu=gpu)
        settle(instance, report)
        if cluster_api:
            install_classes(instance, report)
            install_k0rdent(instance, report)
        if prometheus:
            settle_monitoring(instance, report)
    return instance


def _running(name: str) -> Instance | None:
    """Return the instance if it runs; remove what is left of it if it does not."""
    if runs(name):
        return find(name)
    end(name)
    return None


def _check(instance: Instance, *, cluster_api: bool, prometheus: bool, gpu: bool) -> None:
    """Raise StartError where a running instance lacks what is wanted of it."""
    lacking = "Cluster API" if cluster_api and not instance.has_cluster_api else ""
    lacking = "Prometheus" if prometheus and not instance.has_prometheus else lacking
    lacking = "GPU nodes" if gpu and not instance.has_gpu else lacking
    if lacking:
        raise StartError(
            f"sandbox {instance.name!r} runs without {lacking}",
            hint=f"`clusterwright sandbox down {instance.name}` first, or give another name",
        )


def _start(name: str, parts: Ingredients, report: Report) -> Instance:
    files = state.create(name)
    monitored = parts.definitions is not None
    with ExitStack() as held:
        sockets = [held.enter_context(one) for one in _sockets(parts)]
        ports = tuple(one.getsockname()[1] for one in sockets)
        workloads = ports[-_WORKLOADS:] if parts.manifests else ()
        if parts.packages:
            place = isolated(name, files, workloads=workloads, monitored=monitored)
        else:
            held.close()  # the ports were only looked for
            place, sockets = on_loopback(name, files, workloads=ports, monitored=monitored), []
        place = replace(place, gpu=parts.gpu)
        record = _launch(place, parts, sockets, report)
    state.write(replace(record, why_no_node=parts.why_no_node))
    return find(name)


def _sockets(parts: Ingredients) -> list[socket.socket]:
    """Return the sockets by which an instance is reached, in the order of the forwarder.

    They lead to its API, its registry, Prometheus and Alertmanager, its workload clusters.
    """
    own = 4 if parts.definitions else 2
    found = [listen() for _ in range(own)] if parts.packages else []
    return found + (listen_low(_WORKLOADS) if parts.manifests else [])


def _launch(
    place: Place, parts: Ingredients, sockets: Sequence[socket.socket], report: Report
) -> Record:
    programs, admin, authority = control_plane.control_plane(place, parts.binaries)
    programs += _more_programs(place, parts)
    ports = [one.getsockname()[1] for one in sockets] or [
        place.api,
        0,
        place.prometheus,
        place.alertmanager,
    ]
    write_kubeconfig(
        place.files / "kubeconfig",
        context=context_of(place.name),
        server=f"https://127.0.0.1:{ports[0]}",
        authority=authority.certificate,
        user=admin,
    )
    launch = Launch(place.files, _plan(place, parts, programs, admin, len(sockets)), sockets)
    record = _record(place, parts, programs, launch.pid, ports)
    state.write(record)  # so that `down` finds it, should we die from here on
    launch.follow(report)
    launch.stay()
    return record


def _more_programs(place: Place, parts: Ingredients) -> list[Program]:
    """Return the programs beside the control plane."""
    found: list[Program] = []
    if parts.manifests:
        found += cluster_api_programs.cluster_api(place, parts.binaries, parts.manifests)
    if parts.definitions:
        found += monitoring_programs.monitoring(place, parts.binaries, parts.definitions)
    if place.gpu:
        found += gpu_programs.gpu(place)
    if parts.packages:
        found += node.node(place, parts.binaries, parts.packages)
    return found


def _plan(
    place: Place, parts: Ingredients, programs: Sequence[Program], admin: Pair, sockets: int
) -> Plan:
    network = None
    if parts.packages:
        ip = [str(parts.packages.busybox), "ip"]
        more = [SIMULATED_ADDRESS] if place.monitored or place.gpu else []
        network = Network(NODE_ADDRESS, place.file("resolv.conf"), ip, more)
        cgroups.prepare(place.name)
    return Plan(
        logs=place.file("logs"),
        certificate=str(admin.certificate),
        key=str(admin.key),
        programs=programs,
        inherited=[3 + i for i in range(sockets)],
        network=network,
    )


def _record(
    place: Place, parts: Ingredients, programs: Sequence[Program], pid: int, ports: Sequence[int]
) -> Record:
    versions = {"kubernetes": KUBERNETES_VERSION}
    if parts.manifests:
        versions["cluster-api"] = CLUSTER_API_VERSION
    if place.monitored:
        versions["prometheus"] = PROMETHEUS_VERSION
    return Record(
        name=place.name,
        mode="node" if parts.packages else "loopback",
        why_no_node="",
        pid=pid,
        started=processes.start_time(pid),
        api_port=ports[0],
        registry_port=ports[1],
        kubectl=str(parts.binaries["kubectl"]),
        versions=versions,
        programs=[program.name for program in programs],
        clusterctl=str(parts.binaries.get("clusterctl", "")),
        prometheus_port=ports[2] if place.monitored else 0,
        alertmanager_port=ports[3] if place.monitored else 0,
        gpu=place.gpu,
    )
