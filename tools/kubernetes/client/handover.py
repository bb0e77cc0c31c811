"""A kubeconfig for a program: one cluster and one user, in a file that only we may read.

A program that is handed the user's whole kubeconfig could reach every cluster in it, and one that
is handed a workload cluster's could not find it at all: it is in a Secret.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
from anyio import to_thread

from clusterwright.tools.errors import UnauthenticatedError
from clusterwright.tools.kubernetes.client.credentials import (
    IN_CLUSTER,
    KubeConfigMerger,
    usual_files,
)
from clusterwright.tools.kubernetes.client.login import within_time
from clusterwright.tools.kubernetes.client.workload import PREFIX, Target, content_of
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.trust.private_file import create_private

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters

_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Fields that name a file, relative to the kubeconfig that they are in."""
_PREFIX = "clusterwright-kubeconfig-"
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@asynccontextmanager
async def kubeconfig_file(clusters: "Clusters", cluster: str) -> AsyncGenerator[Path]:
    """Yield a file for the cluster of a connection; it is gone afterwards."""
    content = await _content(clusters, cluster)
    await to_thread.run_sync(_sweep)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        path = Path(folder) / "kubeconfig"
        create_private(path, orjson.dumps(content))
        yield path


def _sweep() -> None:
    """Remove what a process of ours that was killed had to leave."""
    for one in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = one.name.removeprefix(_PREFIX).partition("-")[0]
        dead = pid.isdecimal() and not _lives(int(pid))
        if dead and one.lstat().st_uid == os.getuid() and not one.is_symlink():
            shutil.rmtree(one, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True


async def _content(clusters: "Clusters", cluster: str) -> Manifest:
    if cluster.startswith(PREFIX):
        target = Target.parse(cluster)
        return await content_of(await clusters.connect(target.context or None), target)
    return await within_time(partial(minified, clusters.kubeconfig, cluster), cluster)


def minified(kubeconfig: Path | None, context: str) -> Manifest:
    """Return a kubeconfig with one context and what it names; paths in it are absolute."""
    if context == IN_CLUSTER:
        return _in_cluster()
    merged = KubeConfigMerger(str(kubeconfig or usual_files())).config
    chosen = merged["contexts"].get_with_name(context)
    named = chosen.value["context"]
    cluster = merged["clusters"].get_with_name(named["cluster"])
    user = merged["users"].get_with_name(named["user"], safe=True) if named.get("user") else None
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [{"name": context, "context": dict(named)}],
        "clusters": [_entry(cluster, "cluster")],
        "users": [_entry(user, "user")] if user is not None else [],
    }


def _entry(node: Any, key: str) -> Manifest:  # noqa: ANN401 - the kubernetes package is not typed
    """Return an entry of a kubeconfig whose files are found from anywhere."""
    base = Path(str(node.path)).absolute().parent
    value: Manifest = {**(node.value.get(key) or {})}
    for name in _FILES:
        if text(value, name):
            value[name] = os.path.normpath(base / str(value[name]))
    command = text(value, "exec", "command")
    if "/" in command and not Path(command).is_absolute():  # as client-go resolves it
        value["exec"] = {**cast("Manifest", value["exec"]), "command": str(base / command)}
    return {"name": node.value["name"], key: value}


def _in_cluster() -> Manifest:
    host, port = (
        os.environ.get("KUBERNETES_SERVICE_HOST"),
        os.environ.get("KUBERNETES_SERVICE_PORT"),
    )
    if not host or not port:
        raise UnauthenticatedError(
            "this pod does not know its API server (KUBERNETES_SERVICE_HOST is not set)",
            hint="pass --kubeconfig",
        )
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    ca, token = _SERVICE_ACCOUNT / "ca.crt", _SERVICE_ACCOUNT / "token"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": IN_CLUSTER,
        "contexts": [{"name": IN_CLUSTER, "context": {"cluster": "own", "user": "own"}}],
        "clusters": [
            {"name": "own", "cluster": {"server": server, "certificate-authority": str(ca)}}
        ],
        "users": [{"name": "own", "user": {"tokenFile": str(token)}}],
    }
