"""The control plane of one workload cluster: real programs, in a corner of the shared etcd."""

import base64
import os
import shutil
import signal
import subprocess
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.runtime.certificates import Authority, Pair, signing_key
from clusterwright.deploy.sandbox.runtime.kubeconfig import write_kubeconfig

HOST = "127.0.0.1"
_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", HOST)
_SERVICES, _FIRST_SERVICE = "10.97.0.0/16", "10.97.0.1"
_PODS, _NODE = "10.98.0.0/16", "10.98.0.1"
_SECONDS = 5.0
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


class Workload:
    """The programs of one workload cluster, and the way in."""

    def __init__(self, settings: Settings, namespace: str, name: str, port: int) -> None:
        """Make its certificates; nothing runs yet."""
        self._settings = settings
        self._prefix = f"/workload/{namespace}/{name}"
        self._port = port
        self._place = Path(settings.directory) / f"{namespace}.{name}"
        shutil.rmtree(self._place, ignore_errors=True)
        self._place.mkdir(parents=True)
        authority = Authority(self._place, "ca")
        self._authority = authority.pair
        hosts = (*_NAMES, _FIRST_SERVICE)
        self._server = authority.issue("apiserver", "kube-apiserver", hosts=hosts)
        self._tokens = signing_key(self._place)
        self._admin = authority.issue("admin", "sandbox-provider", groups=["system:masters"])
        user = authority.issue("user", "kubernetes-admin", groups=["system:masters"])
        self.kubeconfig = self._kubeconfig("kubeconfig", name, user)
        """For whoever uses the cluster."""
        self._inner = self._kubeconfig("inner.kubeconfig", name, self._admin)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._version = ""
        self.api = Api(
            f"https://{HOST}:{port}",
            str(self._authority.certificate),
            str(self._admin.certificate),
            str(self._admin.key),
        )

    def run(self, version: str) -> bool:
        """See that everything runs in a version; return whether it serves."""
        if self._version and self._version != version:
            self._end()
        self._version = version
        self._see_to("kube-apiserver", self._apiserver(version))
        if not self.api.ready():
            return False
        self._see_to("kube-controller-manager", self._controllers())
        self._see_to("kube-scheduler", self._scheduler())
        self._see_to("kwok", self._kwok())
        return True

    def remove(self) -> None:
        """End everything and forget what it stored."""
        self._end()
        self.api.close()
        key = f"{self._prefix}/".encode()
        span = {"key": _encoded(key), "range_end": _encoded(key[:-1] + b"0")}
        httpx.post(
            f"{self._settings.etcd}/v3/kv/deleterange", json=span, trust_env=False
        ).raise_for_status()
        shutil.rmtree(self._place, ignore_errors=True)

    def _end(self) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGKILL)  # open watches would hold it for a minute
        for process in self._processes.values():
            process.wait(_SECONDS)
        self._processes.clear()

    def _see_to(self, name: str, argv: list[str]) -> None:
        running = self._processes.get(name)
        if running is not None and running.poll() is None:
            return
        setpriv = shutil.which("setpriv")
        leash = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        with (self._place / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*leash, self._settings.binaries[name], *argv],
                env={**os.environ, "GOGC": "40"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _kubeconfig(self, file: str, name: str, user: Pair) -> Path:
        return write_kubeconfig(
            self._place / file,
            context=name,
            server=f"https://{HOST}:{self._port}",
            authority=self._authority.certificate,
            user=user,
        )

    def _apiserver(self, version: str) -> list[str]:
        minor = ".".join(version.removeprefix("v").split(".")[:2])
        return [
            f"--emulated-version={minor}",
            f"--etcd-servers={self._settings.etcd}",
            f"--etcd-prefix={self._prefix}",
            f"--secure-port={self._port}",
            f"--bind-address={HOST}",
            f"--advertise-address={HOST}",
            "--endpoint-reconciler-type=none",
            f"--tls-cert-file={self._server.certificate}",
            f"--tls-private-key-file={self._server.key}",
            f"--client-ca-file={self._authority.certificate}",
            f"--service-account-key-file={self._tokens.certificate}",
            f"--service-account-signing-key-file={self._tokens.key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-cluster-ip-range={_SERVICES}",
            "--authorization-mode=Node,RBAC",
        ]

    def _controllers(self) -> list[str]:
        return [
            f"--kubeconfig={self._inner}",
            f"--service-account-private-key-file={self._tokens.key}",
            f"--root-ca-file={self._authority.certificate}",
            "--use-service-account-credentials",
            f"--controllers={','.join(_CONTROLLERS)}",
            "--leader-elect=false",
            "--secure-port=0",
        ]

    def _scheduler(self) -> list[str]:
        return [f"--kubeconfig={self._inner}", "--leader-elect=false", "--secure-port=0"]

    def _kwok(self) -> list[str]:
        return [
            f"--kubeconfig={self._inner}",
            "--manage-all-nodes=false",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            f"--cidr={_PODS}",
            f"--node-ip={_NODE}",
            "--node-lease-duration-seconds=40",
            "--server-address=",
            f"--config={self._settings.stages}",
        ]


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()
