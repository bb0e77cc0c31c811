"""The command lines of a workload cluster's programs."""

from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.runtime.certificates import Pair

HOST = "127.0.0.1"
SERVICES, FIRST_SERVICE = "10.97.0.0/16", "10.97.0.1"
_PODS, _NODE = "10.98.0.0/16", "10.98.0.1"
LEASE_SECONDS, GRACE_SECONDS = 20, 25
"""How long a kubelet's lease lasts, and after how long a silent one is no longer trusted."""
_CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "node-lifecycle-controller",
    "persistentvolume-binder-controller",
    "pod-garbage-collector-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "statefulset-controller",
    "taint-eviction-controller",
)
"""What workloads need; all of them would take a third more memory for each cluster."""


@dataclass(frozen=True, slots=True)
class Files:
    """Certificates and kubeconfigs of one workload cluster."""

    authority: Pair
    server: Pair
    tokens: Pair
    admin: Pair
    inner: Path
    """The kubeconfig of its own programs."""


def api_server(settings: Settings, files: Files, port: int, prefix: str, version: str) -> list[str]:
    """Return the API server, which keeps its objects under a prefix and emulates a minor."""
    return [
        settings.binaries["kube-apiserver"],
        _emulating(version),
        f"--etcd-servers={settings.etcd}",
        f"--etcd-prefix={prefix}",
        f"--secure-port={port}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={files.server.certificate}",
        f"--tls-private-key-file={files.server.key}",
        f"--client-ca-file={files.authority.certificate}",
        f"--service-account-key-file={files.tokens.certificate}",
        f"--service-account-signing-key-file={files.tokens.key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-cluster-ip-range={SERVICES}",
        "--authorization-mode=Node,RBAC",
    ]


def controllers(settings: Settings, files: Files, version: str) -> list[str]:
    """Return the controller manager."""
    return [
        settings.binaries["kube-controller-manager"],
        _emulating(version),
        f"--kubeconfig={files.inner}",
        f"--service-account-private-key-file={files.tokens.key}",
        f"--root-ca-file={files.authority.certificate}",
        "--use-service-account-credentials",
        f"--controllers={','.join(_CONTROLLERS)}",
        f"--node-monitor-grace-period={GRACE_SECONDS}s",
        "--leader-elect=false",
        "--secure-port=0",
    ]


def scheduler(settings: Settings, files: Files, version: str) -> list[str]:
    """Return the scheduler, which would wait for APIs that an older API server does not serve."""
    return [
        settings.binaries["kube-scheduler"],
        _emulating(version),
        f"--kubeconfig={files.inner}",
        "--leader-elect=false",
        "--secure-port=0",
    ]


def kwok(settings: Settings, files: Files) -> list[str]:
    """Return what stands in for the kubelets."""
    return [
        settings.binaries["kwok"],
        f"--kubeconfig={files.inner}",
        "--manage-all-nodes=false",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--cidr={_PODS}",
        f"--node-ip={_NODE}",
        f"--node-lease-duration-seconds={LEASE_SECONDS}",
        "--server-address=",
        f"--config={settings.stages}",
    ]


def _emulating(version: str) -> str:
    minor = ".".join(version.removeprefix("v").split(".")[:2])
    return f"--emulated-version={minor}"
