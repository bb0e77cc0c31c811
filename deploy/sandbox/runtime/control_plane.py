"""The programs of the control plane, and the simulated nodes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.certificates import Authority, Pair, signing_key
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of, write_kubeconfig
from clusterwright.deploy.sandbox.runtime.place import (
    FIRST_SERVICE_ADDRESS,
    NODE_ADDRESS,
    NODE_NAME,
    SERVICE_CIDR,
    SIMULATED_POD_CIDR,
    Place,
)
from clusterwright.deploy.sandbox.runtime.program import Program

DATA = Path(__file__).parent / "data"
BINARIES = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "kubectl",
)
_PROXY = "front-proxy-client"
_USERS = (
    "cluster-api",
    "sandbox-provider",
    "simulated-k0rdent",
    "prometheus-operator",
    "config-reloader",
    "simulated-exporter",
    "simulated-gpu-operator",
)
_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
_FAST = ("--kube-api-qps=300", "--kube-api-burst=600")
"""The defaults would take minutes for a few thousand pods."""


@dataclass(frozen=True, slots=True)
class _Certificates:
    authority: Pair
    server: Pair
    admin: Pair
    tokens: Pair
    proxies: Pair
    """The authority of those who may say for whom they ask."""
    proxy: Pair
    """With which the API server asks the API servers that it aggregates."""


def control_plane(place: Place, binaries: Mapping[str, Path]) -> tuple[list[Program], Pair, Pair]:
    """Return the programs, the administrator's certificate, and the authority's."""
    authority = Authority(place.files / "certificates", "ca")
    hosts = (*_NAMES, "127.0.0.1", FIRST_SERVICE_ADDRESS, NODE_ADDRESS)
    server = authority.issue("apiserver", "kube-apiserver", hosts=hosts)
    admin = authority.issue("admin", "admin", groups=["system:masters"])
    # Told apart in the audit log.
    for user in _USERS:
        authority.issue(user, user, groups=["system:masters"])
    authority.issue("metrics-server", "system:serviceaccount:kube-system:metrics-server")
    tokens = signing_key(place.files / "certificates")
    proxies = Authority(place.files / "certificates", "front-proxy-ca")
    proxy = proxies.issue("front-proxy", _PROXY)
    certificates = _Certificates(authority.pair, server, admin, tokens, proxies.pair, proxy)
    write_kubeconfig(
        Path(place.file("inner.kubeconfig")),
        context=context_of(place.name),
        server=f"https://127.0.0.1:{place.api}",
        authority=authority.pair.certificate,
        user=admin,
    )
    write_kubeconfig(
        Path(place.file("kubelet.kubeconfig")),
        context=context_of(place.name),
        server=f"https://127.0.0.1:{place.api}",
        authority=authority.pair.certificate,
        user=authority.issue("kubelet", f"system:node:{NODE_NAME}", groups=["system:nodes"]),
    )
    programs = [
        _etcd(place, binaries["etcd"]),
        _apiserver(place, binaries["kube-apiserver"], certificates),
        _controllers(place, binaries["kube-controller-manager"], authority.pair, tokens),
        _scheduler(place, binaries["kube-scheduler"]),
        _kwok(place, binaries["kwok"]),
    ]
    return programs, admin, authority.pair


def _etcd(place: Place, binary: Path) -> Program:
    client, peer = f"http://127.0.0.1:{place.etcd}", f"http://127.0.0.1:{place.etcd_peer}"
    argv = [
        str(binary),
        f"--data-dir={place.file('etcd')}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        f"--listen-metrics-urls=http://{place.address}:{place.etcd_metrics}",
        "--unsafe-no-fsync",  # nothing here outlives the instance
        "--log-level=warn",
    ]
    return Program("etcd", argv, ready=f"{client}/health")


def _apiserver(place: Place, binary: Path, certificates: _Certificates) -> Program:
    server, client = certificates.server, certificates.admin
    argv = [
        str(binary),
        f"--etcd-servers=http://127.0.0.1:{place.etcd}",
        f"--secure-port={place.api}",
        f"--tls-cert-file={server.certificate}",
        f"--tls-private-key-file={server.key}",
        f"--client-ca-file={certificates.authority.certificate}",
        f"--service-account-key-file={certificates.tokens.certificate}",
        f"--service-account-signing-key-file={certificates.tokens.key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        "--kubelet-preferred-address-types=InternalIP",
        f"--kubelet-client-certificate={client.certificate}",
        f"--kubelet-client-key={client.key}",
        f"--audit-policy-file={DATA / 'audit-policy.yaml'}",
        f"--audit-log-path={place.file('logs/audit.log')}",
        "--audit-log-maxsize=100",
        "--audit-log-maxbackup=1",
        f"--requestheader-client-ca-file={certificates.proxies.certificate}",
        f"--requestheader-allowed-names={_PROXY}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={certificates.proxy.certificate}",
        f"--proxy-client-key-file={certificates.proxy.key}",
    ]
    if place.isolated:
        argv += ["--bind-address=0.0.0.0", f"--advertise-address={NODE_ADDRESS}"]
    else:
        argv += [
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",  # a loopback address is no endpoint for pods
        ]
    ready = f"https://127.0.0.1:{place.api}/readyz"
    return Program("kube-apiserver", argv, after=["etcd"], ready=ready)


def _controllers(place: Place, binary: Path, authority: Pair, tokens: Pair) -> Program:
    argv = [
        str(binary),
        f"--kubeconfig={place.file('inner.kubeconfig')}",
        f"--service-account-private-key-file={tokens.key}",
        f"--root-ca-file={authority.certificate}",
        f"--cluster-signing-cert-file={authority.certificate}",
        f"--cluster-signing-key-file={authority.key}",
        "--use-service-account-credentials",
        "--leader-elect=false",
        *_served(place),
        f"--secure-port={place.controllers}",
        # A test waits for HPAs and lost nodes in seconds, not in the minutes of production.
        "--horizontal-pod-autoscaler-sync-period=5s",
        *_FAST,
    ]
    ready = f"https://127.0.0.1:{place.controllers}/healthz"
    return Program("kube-controller-manager", argv, after=["kube-apiserver"], ready=ready)


def _scheduler(place: Place, binary: Path) -> Program:
    argv = [
        str(binary),
        f"--kubeconfig={place.file('inner.kubeconfig')}",
        "--leader-elect=false",
        *_served(place),
        f"--secure-port={place.scheduler}",
        *_FAST,
    ]
    ready = f"https://127.0.0.1:{place.scheduler}/healthz"
    return Program("kube-scheduler", argv, after=["kube-apiserver"], ready=ready)


def _served(place: Place) -> list[str]:
    """Return the flags with which whoever may read metrics can, and nobody else."""
    kubeconfig = place.file("inner.kubeconfig")
    return [
        "--bind-address=0.0.0.0" if place.isolated else "--bind-address=127.0.0.1",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
    ]


def _kwok(place: Place, binary: Path) -> Program:
    argv = [
        str(binary),
        f"--kubeconfig={place.file('inner.kubeconfig')}",
        "--manage-all-nodes=false",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--node-ip={place.simulated_address}",
        f"--cidr={SIMULATED_POD_CIDR}",
        "--node-lease-duration-seconds=40",
        f"--server-address=127.0.0.1:{place.kwok}",
        f"--node-port={place.simulated_kubelets}",
        f"--config={DATA / 'stages.yaml'}",
    ]
    ready = f"http://127.0.0.1:{place.kwok}/healthz"
    return Program("kwok", argv, after=["kube-apiserver"], ready=ready)
