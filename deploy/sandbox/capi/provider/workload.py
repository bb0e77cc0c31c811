"""The control plane of one workload cluster: real programs, in a corner of the shared etcd."""

import base64
import shutil
import time
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.processes import Processes
from clusterwright.deploy.sandbox.capi.provider.programs import (
    FIRST_SERVICE,
    HOST,
    Files,
    api_server,
    controllers,
    kwok,
    scheduler,
)
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.runtime.certificates import Authority, Pair, signing_key
from clusterwright.deploy.sandbox.runtime.kubeconfig import write_kubeconfig

_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", HOST)
_LOOK_AGAIN = 5.0
"""Seconds for which an API server that served, and still runs, is taken to serve."""
_PATIENCE, _IMPATIENCE = 10.0, 2.0
"""Seconds in which an API server has to answer that served before, and one that did not."""
_MADE = "made-for"
_SERVER = "kube-apiserver"


class Workload:
    """The programs of one workload cluster, and the way in."""

    def __init__(self, settings: Settings, namespace: str, name: str, port: int, uid: str) -> None:
        """Take it over from an earlier provider, or make its certificates; start nothing yet.

        The uid is that of the control plane: what one of the same name left behind is removed.
        """
        self._settings = settings
        self._key = namespace, name
        self._port = port
        self._place = _place(settings, namespace, name)
        self._processes = Processes(self._place, leashed=settings.leashed)
        self._served = 0.0
        self._started = self._died = self._stopped = False
        made = self._place / _MADE
        if not made.exists() or made.read_text(encoding="utf-8") != uid:
            forget(settings, namespace, name)
            self._make_certificates(name)
            made.write_text(uid, encoding="utf-8")
        self._files = self._found()
        self.kubeconfig = self._place / "kubeconfig"
        """For whoever uses the cluster."""
        self.api = Api(
            f"https://{HOST}:{port}",
            str(self._files.authority.certificate),
            str(self._files.admin.certificate),
            str(self._files.admin.key),
        )

    @property
    def refused(self) -> str:
        """What a client is told that tries to reach it while it is down."""
        url = f"https://{HOST}:{self._port}/api/v1/namespaces/kube-system"
        return f'Get "{url}": dial tcp {HOST}:{self._port}: connect: connection refused'

    @property
    def why_not(self) -> str:
        """Why it does not serve."""
        if self._stopped:
            return "the API server does not answer"
        if not self._died:
            return "the API server is not ready yet"
        said = self._processes.last_words(_SERVER)
        return f"the API server does not run: {said}" if said else "the API server does not run"

    def run(self, version: str) -> bool:
        """See that everything runs in a version; return whether it serves."""
        see_to, files = self._processes.see_to, self._files
        running = self._processes.runs(_SERVER)
        self._died = self._died or (self._started and not running)
        self._started, self._stopped = True, False
        see_to(_SERVER, api_server(self._settings, files, self._port, _prefix(*self._key), version))
        if not self._serves(running=running):
            return False
        see_to("kube-controller-manager", controllers(self._settings, files, version))
        see_to("kube-scheduler", scheduler(self._settings, files, version))
        see_to("kwok", kwok(self._settings, files))
        return True

    def stop(self) -> None:
        """End everything; what was stored stays."""
        self._processes.end_all()
        self._served = 0.0
        self._started, self._stopped = False, True

    def remove(self) -> None:
        """End everything and forget what it stored."""
        self.api.close()
        self._processes.end_all()
        forget(self._settings, *self._key)

    def _serves(self, *, running: bool) -> bool:
        now = time.monotonic()
        if running and now - self._served < _LOOK_AGAIN:
            return True
        # One that starts is asked again soon: while it hangs, all other clusters would wait.
        patience = _PATIENCE if self._served else _IMPATIENCE
        self._served = now if self.api.ready(patience) else 0.0
        if self._served:
            self._died = False
        return self._served > 0

    def _make_certificates(self, name: str) -> None:
        self._place.mkdir(parents=True)
        authority = Authority(self._place, "ca")
        authority.issue("apiserver", _SERVER, hosts=(*_NAMES, FIRST_SERVICE))
        signing_key(self._place)
        admin = authority.issue("admin", "sandbox-provider", groups=["system:masters"])
        user = authority.issue("user", "kubernetes-admin", groups=["system:masters"])
        for file, pair in (("kubeconfig", user), ("inner.kubeconfig", admin)):
            write_kubeconfig(
                self._place / file,
                context=name,
                server=f"https://{HOST}:{self._port}",
                authority=authority.pair.certificate,
                user=pair,
            )

    def _found(self) -> Files:
        return Files(
            authority=self._pair("ca"),
            server=self._pair("apiserver"),
            tokens=Pair(self._place / "service-accounts.pub", self._place / "service-accounts.key"),
            admin=self._pair("admin"),
            inner=self._place / "inner.kubeconfig",
        )

    def _pair(self, name: str) -> Pair:
        return Pair(self._place / f"{name}.crt", self._place / f"{name}.key")


def left_behind(settings: Settings) -> list[tuple[str, str]]:
    """Return namespace and name of each workload cluster of which files are there."""
    directory = Path(settings.directory)
    found = [one.name.partition(".") for one in directory.iterdir()] if directory.is_dir() else []
    return [(namespace, name) for namespace, _, name in found]


def forget(settings: Settings, namespace: str, name: str) -> None:
    """End what still runs of a workload cluster; remove its files and what it stored."""
    place = _place(settings, namespace, name)
    Processes(place, leashed=settings.leashed).end_all()
    key = f"{_prefix(namespace, name)}/".encode()
    span = {"key": _encoded(key), "range_end": _encoded(key[:-1] + b"0")}
    url = f"{settings.etcd}/v3/kv/deleterange"
    httpx.post(url, json=span, trust_env=False).raise_for_status()
    shutil.rmtree(place, ignore_errors=True)


def _place(settings: Settings, namespace: str, name: str) -> Path:
    return Path(settings.directory) / f"{namespace}.{name}"


def _prefix(namespace: str, name: str) -> str:
    return f"/workload/{namespace}/{name}"


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()
