"""The programs of monitoring in an instance: what is installed, Prometheus, and what feeds it."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from clusterwright.deploy.sandbox.monitoring.objects import installed
from clusterwright.deploy.sandbox.monitoring.settings import Settings
from clusterwright.deploy.sandbox.runtime.certificates import Pair
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of, write_kubeconfig
from clusterwright.deploy.sandbox.runtime.place import NODE_ADDRESS, Place
from clusterwright.deploy.sandbox.runtime.program import Program

BINARIES = ("prometheus", "alertmanager", "prometheus-operator", "metrics-server")
_PACKAGE = "clusterwright.deploy.sandbox.monitoring"
_UNTIL = ["sh", "-c", 'for _ in 1 2 3 4 5; do "$@" && exit; sleep 1; done; exit 1', "until"]
"""`kubectl wait` fails at once on a definition without conditions yet, and so is tried again."""
_USUAL = Place("", Path(), isolated=True)
"""Tells the ports that objects name, wherever the programs listen."""
_DIALLED = (
    "api",
    "controllers",
    "scheduler",
    "etcd_metrics",
    "prometheus",
    "alertmanager",
    "operator",
    "exporter",
)


def monitoring(place: Place, binaries: Mapping[str, Path], definitions: Path) -> list[Program]:
    """Return the programs, their configuration written."""
    files = place.files / "monitoring"
    files.mkdir()
    return [
        *_install(place, files, binaries["kubectl"], definitions),
        _operator(place, binaries["prometheus-operator"]),
        _own(place, files, "config-reloader", after=["monitoring-objects"]),
        _own(place, files, "simulated-exporter", after=["kube-apiserver"]),
        _prometheus(place, files, binaries["prometheus"]),
        _alertmanager(place, files, binaries["alertmanager"]),
        _metrics_server(place, files, binaries["metrics-server"]),
    ]


def _install(place: Place, files: Path, kubectl: Path, definitions: Path) -> list[Program]:
    objects = files / "objects.json"
    content = {"apiVersion": "v1", "kind": "List", "items": installed(place)}
    objects.write_text(json.dumps(content), encoding="utf-8")
    command = [str(kubectl), f"--kubeconfig={place.file('inner.kubeconfig')}"]
    wait = [*command, "wait", "--for=condition=Established", f"--filename={definitions}"]
    create = [*command, "create"]  # twice as fast as to apply three million characters
    return [
        Program(
            "monitoring-definitions",
            [*create, f"--filename={definitions}"],
            after=["kube-apiserver"],
            once=True,
        ),
        Program(
            "monitoring-established", [*_UNTIL, *wait], after=["monitoring-definitions"], once=True
        ),
        Program(
            "monitoring-objects",
            [*create, f"--filename={objects}"],
            after=["monitoring-established"],
            once=True,
        ),
    ]


def _operator(place: Place, binary: Path) -> Program:
    pair = _pair(place, "prometheus-operator")
    argv = [
        str(binary),
        f"--apiserver=https://127.0.0.1:{place.api}",
        f"--ca-file={place.file('certificates/ca.crt')}",
        f"--cert-file={pair.certificate}",
        f"--key-file={pair.key}",
        f"--web.listen-address={place.address}:{place.operator}",
        "--kubelet-service=kube-system/kubelet",
        "--kubelet-endpointslice=true",
        "--kubelet-endpoints=false",
        "--kubelet-sync-period=10s",
    ]
    ready = f"http://{place.address}:{place.operator}/healthz"
    return Program("prometheus-operator", argv, after=["monitoring-established"], ready=ready)


def _own(place: Place, files: Path, name: str, *, after: list[str]) -> Program:
    """Return one of the sandbox's own programs, whose settings tell where the others are."""
    pair = _pair(place, name)
    settings = Settings(
        server=f"https://127.0.0.1:{place.api}",
        authority=place.file("certificates/ca.crt"),
        certificate=str(pair.certificate),
        key=str(pair.key),
        directory=str(files),
        prometheus=f"{place.address}:{place.prometheus}",
        alertmanager=f"{place.address}:{place.alertmanager}",
        exporter=f"{place.address}:{place.exporter}",
        kubelets=f"{place.simulated_address}:{place.simulated_kubelets}",
        addresses={} if place.isolated else _translated(place),
    )
    settings.write(files / f"{name}.json")
    module = name.removeprefix("simulated-").replace("-", "_")
    argv = [sys.executable, "-m", f"{_PACKAGE}.{module}", str(files / f"{name}.json")]
    ready = f"http://{settings.exporter}/healthz" if module == "exporter" else ""
    return Program(name, argv, after=after, ready=ready)


def _translated(place: Place) -> dict[str, str]:
    """Return where on the host's loopback each address is found that objects name."""
    return {
        f"{NODE_ADDRESS}:{getattr(_USUAL, port)}": f"{place.address}:{getattr(place, port)}"
        for port in _DIALLED
    }


def _prometheus(place: Place, files: Path, binary: Path) -> Program:
    config = files / "prometheus.yaml"
    config.write_text("global: {}\n", encoding="utf-8")  # until the operator has made one
    address = f"{place.address}:{place.prometheus}"
    argv = [
        str(binary),
        f"--config.file={config}",
        f"--storage.tsdb.path={files / 'prometheus'}",
        "--storage.tsdb.retention.time=6h",
        # What fires before Alertmanager is found would otherwise arrive there a minute later.
        "--rules.alert.resend-delay=10s",
        # A pool that goes leaves no mark of staleness: its last samples would count for 5 minutes.
        "--query.lookback-delta=30s",
        f"--web.listen-address={address}",
        "--web.external-url=http://prometheus-k8s.monitoring.svc:9090",
        "--web.enable-lifecycle",
    ]
    return Program("prometheus", argv, after=["kube-apiserver"], ready=f"http://{address}/-/ready")


def _alertmanager(place: Place, files: Path, binary: Path) -> Program:
    config = files / "alertmanager.yaml"
    config.write_text('{"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}\n')
    address = f"{place.address}:{place.alertmanager}"
    argv = [
        str(binary),
        f"--config.file={config}",
        f"--storage.path={files / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--web.external-url=http://alertmanager-main.monitoring.svc:9093",
        "--cluster.listen-address=",  # there is only one
    ]
    return Program(
        "alertmanager", argv, after=["kube-apiserver"], ready=f"http://{address}/-/ready"
    )


def _metrics_server(place: Place, files: Path, binary: Path) -> Program:
    kubeconfig = write_kubeconfig(
        files / "metrics-server.kubeconfig",
        context=context_of(place.name),
        server=f"https://127.0.0.1:{place.api}",
        authority=Path(place.file("certificates/ca.crt")),
        user=_pair(place, "metrics-server"),
    )
    argv = [
        str(binary),
        *(f"--{kind}kubeconfig={kubeconfig}" for kind in ("", "authentication-", "authorization-")),
        f"--bind-address={place.address}",
        f"--secure-port={place.metrics_server}",
        f"--cert-dir={files / 'metrics-server'}",
        "--kubelet-insecure-tls",  # the kubelet's own certificate is signed by nobody
        "--kubelet-preferred-address-types=InternalIP",
        "--kubelet-use-node-status-port",
        "--metric-resolution=10s",
        "--kubelet-request-timeout=5s",
    ]
    ready = f"https://{place.address}:{place.metrics_server}/livez"
    return Program("metrics-server", argv, after=["monitoring-objects"], ready=ready)


def _pair(place: Place, name: str) -> Pair:
    certificates = place.files / "certificates"
    return Pair(certificates / f"{name}.crt", certificates / f"{name}.key")
