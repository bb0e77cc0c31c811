"""The programs of Cluster API in an instance: what it installs, its managers, our provider."""

import base64
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from clusterwright.deploy.sandbox.capi.k0rdent import kinds as k0rdent
from clusterwright.deploy.sandbox.capi.kinds import definitions
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.runtime.certificates import Authority, Pair
from clusterwright.deploy.sandbox.runtime.control_plane import DATA
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of, write_kubeconfig
from clusterwright.deploy.sandbox.runtime.place import Place
from clusterwright.deploy.sandbox.runtime.program import Program
from clusterwright.tools.manifest import Manifest, items, mapping, text

MANAGERS = ("capi-core", "capi-bootstrap", "capi-control-plane", "capi-in-memory")
BINARIES = (*MANAGERS, "clusterctl")
_INSTALL = "clusterwright.deploy.sandbox.capi.install"
_SETTINGS = "provider.json"
_PROVIDER = "clusterwright.deploy.sandbox.capi.provider"
_K0RDENT = "clusterwright.deploy.sandbox.capi.k0rdent.controller"
_FEATURES = "ClusterTopology=true,MachinePool=true"
_WORKLOAD_BINARIES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


def cluster_api(
    place: Place, binaries: Mapping[str, Path], manifests: Mapping[str, Path]
) -> list[Program]:
    """Return the programs, their configuration written."""
    files = place.files / "cluster-api"
    files.mkdir()
    authority = Authority(files / "certificates", "ca")
    serving = authority.issue("tls", "cluster-api", hosts=["127.0.0.1", "localhost"])
    _write_install(place, files / "install.json", manifests, authority.pair.certificate)
    kubeconfig = _kubeconfig(place, files, "cluster-api")
    managers = [
        _manager(place, binaries[name], number, kubeconfig, serving)
        for number, name in enumerate(MANAGERS)
    ]
    provider = _provider(place, files, binaries)
    return [_install(files), *managers, provider, _k0rdent(place, files)]


def _write_install(
    place: Place, path: Path, manifests: Mapping[str, Path], authority: Path
) -> None:
    """Write one list of all that is installed, its webhooks led to processes on loopback."""
    bundle = base64.b64encode(authority.read_bytes()).decode()
    found: list[Manifest] = []
    for number, name in enumerate(MANAGERS):
        for one in json.loads(manifests[name].read_text(encoding="utf-8")):
            _lead(one, f"https://127.0.0.1:{place.managers[number]}", bundle)
            found.append(one)
    found += [*definitions(), *k0rdent.definitions()]
    content = {"apiVersion": "v1", "kind": "List", "items": found}
    path.write_text(json.dumps(content), encoding="utf-8")


def _lead(one: Manifest, server: str, bundle: str) -> None:
    """Replace each reference to a webhook's Service by the address of its process."""
    configurations = [*items(one, "webhooks"), mapping(one, "spec", "conversion", "webhook")]
    for holder in configurations:
        path = text(holder, "clientConfig", "service", "path")
        if path:
            holder["clientConfig"] = {"url": f"{server}{path}", "caBundle": bundle}


def _kubeconfig(place: Place, files: Path, user: str) -> Path:
    pair = Pair(files / f"{user}.crt", files / f"{user}.key")
    source = place.files / "certificates"
    for suffix in ("crt", "key"):
        shutil.copy(source / f"{user}.{suffix}", files / f"{user}.{suffix}")
    return write_kubeconfig(
        files / f"{user}.kubeconfig",
        context=context_of(place.name),
        server=f"https://127.0.0.1:{place.api}",
        authority=source / "ca.crt",
        user=pair,
    )


def _install(files: Path) -> Program:
    argv = [sys.executable, "-m", _INSTALL, str(files / _SETTINGS), str(files / "install.json")]
    return Program("capi-install", argv, after=["kube-apiserver"], once=True)


def _manager(place: Place, binary: Path, number: int, kubeconfig: Path, serving: Pair) -> Program:
    name = MANAGERS[number]
    health = f"127.0.0.1:{place.managers[len(MANAGERS) + number]}"
    argv = [
        str(binary),
        f"--kubeconfig={kubeconfig}",
        "--leader-elect=false",
        f"--webhook-port={place.managers[number]}",
        f"--webhook-cert-dir={serving.certificate.parent}",
        f"--webhook-cert-name={serving.certificate.name}",
        f"--webhook-key-name={serving.key.name}",
        f"--health-addr={health}",
        "--diagnostics-address=127.0.0.1:0",
        "--insecure-diagnostics",
        f"--feature-gates={_FEATURES}",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
    env = {
        "POD_NAMESPACE": "capi-system",
        "POD_NAME": name,
        "POD_UID": name,
        "POD_IP": "127.0.0.1",
    }
    ready = f"http://{health}/readyz"
    return Program(name, argv, after=["capi-install"], env=env, ready=ready)


def _provider(place: Place, files: Path, binaries: Mapping[str, Path]) -> Program:
    certificates = place.files / "certificates"
    stages = files / "stages.yaml"
    lines = (DATA / "stages.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    # A node says the version of its Machine, not that of the sandbox.
    stages.write_text("".join(one for one in lines if "kubeletVersion:" not in one))
    settings = Settings(
        server=f"https://127.0.0.1:{place.api}",
        authority=str(certificates / "ca.crt"),
        certificate=str(certificates / "sandbox-provider.crt"),
        key=str(certificates / "sandbox-provider.key"),
        etcd=f"http://127.0.0.1:{place.etcd}",
        directory=place.file("workload-clusters"),
        stages=str(stages),
        binaries={name: str(binaries[name]) for name in _WORKLOAD_BINARIES},
        ports=place.workloads,
        leashed=not place.isolated,
    )
    settings.write(files / _SETTINGS)
    argv = [sys.executable, "-m", _PROVIDER, str(files / _SETTINGS)]
    return Program("sandbox-provider", argv, after=["capi-install"])


def _k0rdent(place: Place, files: Path) -> Program:
    """Return the simulated controller of k0rdent and Sveltos."""
    certificates = place.files / "certificates"
    settings = Settings(
        server=f"https://127.0.0.1:{place.api}",
        authority=str(certificates / "ca.crt"),
        certificate=str(certificates / "simulated-k0rdent.crt"),
        key=str(certificates / "simulated-k0rdent.key"),
        etcd="",
        directory=place.file("simulated-k0rdent"),
        stages="",
        binaries={},
        ports=(),
    )
    settings.write(files / "k0rdent.json")
    argv = [sys.executable, "-m", _K0RDENT, str(files / "k0rdent.json")]
    return Program("simulated-k0rdent", argv, after=["capi-install"])
