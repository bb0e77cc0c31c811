"""How to reach a cluster and who we are there: as kubectl would, by the `kubernetes` package.

Client certificates, tokens, token files, exec plugins and a pod's service account are its
business. Keys that a kubeconfig carries inline touch the disk only until they are loaded.
"""

import os
import ssl
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from kubernetes import config as kubernetes_config
from kubernetes.client import Configuration
from kubernetes.config import kube_config
from kubernetes.config.config_exception import ConfigException
from yaml import YAMLError

from clusterwright.tools.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, Manifest, mapping, text

# The package is not typed.
config = cast("Any", kubernetes_config)
KubeConfigLoader = cast("Any", kube_config).KubeConfigLoader
KubeConfigMerger = cast("Any", kube_config).KubeConfigMerger


class _Forgetful(dict[str, str]):
    """Remembers no file that inline keys were written to.

    The package hands the file of one load to the next of the same keys. Here each load has a folder
    of its own that is gone at its end, and several logins may be under way.
    """

    def __setitem__(self, key: str, value: str) -> None:
        """Forget it."""

    def __len__(self) -> int:
        """Return 1: what is not empty has its removal at exit arranged for."""
        return 1


cast("Any", kube_config)._temp_files = _Forgetful()
IN_CLUSTER = "in-cluster"
_MALFORMED = (YAMLError, AttributeError, KeyError, TypeError, ValueError, RecursionError)
"""What the package raises for a file of another shape, which it does not check."""
_API_KEY = "BearerToken"
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


@dataclass(frozen=True)
class Credentials:
    """A cluster's address, what to trust, and what to send."""

    cluster: str
    server: str
    tls: ssl.SSLContext
    server_name: str
    proxy: str
    _source: Configuration

    @property
    def may_block(self) -> bool:
        """Whether asking for the header may run a plugin or read a file."""
        return cast("Any", self._source).refresh_api_key_hook is not None

    def authorization(self) -> str:
        """Return the Authorization header, refreshed if it is about to expire; may block.

        An exec plugin or a token file is asked again by the package's own refresh hook.
        """
        try:
            found = self._source.get_api_key_with_prefix(_API_KEY, alias="authorization") or ""
        except ConfigException as error:
            raise UnauthenticatedError(
                f"no credential for cluster {self.cluster!r}: {error}",
                hint="log in again as for kubectl",
            ) from error
        header = found.strip()  # a token file ends with a newline
        if not (header.isascii() and header.isprintable()):
            raise UnauthenticatedError(
                f"the token for cluster {self.cluster!r} holds characters that no header can carry",
                hint="log in again, or look at the token's file",
            )
        return header


def load(kubeconfig: Path | None, context: str) -> Credentials:
    """Load the credentials of a context; "" means the current one. Blocks; may run a plugin.

    Raises NotFoundError naming what there is, UnauthenticatedError if a plugin or file fails.
    """
    file = str(kubeconfig.expanduser()) if kubeconfig else None
    if file is None and not _has_kubeconfig() and _SERVICE_ACCOUNT.exists():
        return _load_in_cluster()
    name, user = _choose(file, context)
    settings = Configuration()
    with tempfile.TemporaryDirectory(prefix="clusterwright-") as scratch:
        try:
            loader = KubeConfigLoader(
                _read(file), active_context=name, config_base_path=None, temp_file_path=scratch
            )
            loader.load_and_set(settings)
        except (ConfigException, *_MALFORMED) as error:
            raise UnauthenticatedError(
                f"context {name!r} cannot be used: {one_line(str(error))}",
                hint="compare with `kubectl config view`",
            ) from error
        found = _credentials(name, settings)
    if not settings.cert_file and not found.authorization() and _has_login(file, user):
        raise UnauthenticatedError(
            f"user {user!r} of context {name!r} got no credential from its plugin or file",
            hint=f"try it by hand: kubectl --context {name} auth whoami",
        )
    return found


def load_inline(content: Manifest, cluster: str) -> Credentials:
    """Load the current context of a kubeconfig that carries all it needs; raise as `load` does."""
    settings = Configuration()
    with tempfile.TemporaryDirectory(prefix="clusterwright-") as scratch:
        try:
            config.load_kube_config_from_dict(
                content, client_configuration=settings, persist_config=False, temp_file_path=scratch
            )
        except (ConfigException, *_MALFORMED) as error:
            raise UnauthenticatedError(
                f"the kubeconfig of {cluster} cannot be used: {one_line(str(error))}",
                hint="its control plane provider writes it",
            ) from error
        return _credentials(cluster, settings)


def _has_login(file: str | None, user: str) -> bool:
    """Return whether a kubeconfig's user names a way to log in that may fail silently."""
    entry = _read(file)["users"].get_with_name(user, safe=True) if user else None
    return entry is not None and any(
        way in (entry.safe_get("user") or {}) for way in ("exec", "auth-provider", "tokenFile")
    )


def _has_kubeconfig() -> bool:
    return any(Path(one).expanduser().exists() for one in usual_files().split(os.pathsep) if one)


def usual_files() -> str:
    """Return the kubeconfig that is read where none is named: files with colons between them."""
    return os.environ.get("KUBECONFIG") or "~/.kube/config"


def _load_in_cluster() -> Credentials:
    settings = Configuration()
    try:
        config.load_incluster_config(client_configuration=settings)
    except ConfigException as error:
        raise UnauthenticatedError(
            f"this pod's service account cannot be used: {error}",
            hint="mount its token (automountServiceAccountToken), or pass --kubeconfig",
        ) from error
    return _credentials(IN_CLUSTER, settings)


def context_names(kubeconfig: Path | None) -> list[str]:
    """Return the names of all contexts, in order; raise NotFoundError where there is no file."""
    users, _ = _contexts(str(kubeconfig.expanduser()) if kubeconfig else None)
    return sorted(users)


def cluster_entries(kubeconfig: Path | None) -> dict[str, Manifest]:
    """Return what a kubeconfig says of the cluster of each context, by the context's name.

    That of the current context is there as "" too. Where there is no kubeconfig, nothing is.
    """
    try:
        content = _read(str(kubeconfig.expanduser()) if kubeconfig else None).value
        clusters = {text(one.value, "name"): one.value for one in content["clusters"]}
        contexts = {text(one.value, "name"): one.value for one in content["contexts"]}
    except (ConfigException, OSError, *_MALFORMED):
        return {}
    contexts |= {"": contexts.get(text(content, "current-context"))}
    return {
        name: mapping(clusters.get(text(one, "context", "cluster")), "cluster")
        for name, one in contexts.items()
    }


def _choose(file: str | None, context: str) -> tuple[str, str]:
    """Return the context to use and its user; raise NotFoundError naming those there are."""
    names, current = _contexts(file)
    chosen = context or current
    if chosen not in names:
        asked = f"there is no context {chosen[:80]!r}" if chosen else "there is no current context"
        raise NotFoundError(asked, hint=f"contexts: {', '.join(sorted(names)) or 'none'}")
    return chosen, names[chosen]


def _contexts(file: str | None) -> tuple[dict[str, str], str]:
    """Return the users of all contexts by their names, and the current context."""
    where = file or usual_files()
    try:
        content = _read(file).value
        users = {
            str(one["name"]): text(one.value, "context", "user") for one in content["contexts"]
        }
    except _MALFORMED as error:
        raise InvalidInputError(
            f"{where} is no kubeconfig: {one_line(str(error))}",
            hint="pass --kubeconfig, or set KUBECONFIG; `kubectl config view` shows what is read",
        ) from error
    except (ConfigException, OSError) as error:
        raise NotFoundError(
            f"there is no kubeconfig with a cluster at {where}",
            hint="pass --kubeconfig, or set KUBECONFIG",
        ) from error
    return users, text(content, "current-context")


def _read(file: str | None) -> Json:
    """Return a kubeconfig, its files merged by the package; read again only when one changes.

    Of hundreds of clusters, each logs in: to read what names them all takes a second or more.
    Raises what the package raises, and ConfigException where there is no file or no context.
    """
    files = file or usual_files()
    paths = [Path(one).expanduser() for one in files.split(os.pathsep) if one]
    there = [(one, one.stat()) for one in paths if one.exists()]
    if not there:
        raise ConfigException(f"there is no file at {files}")
    found = _merged(files, tuple((one, s.st_ino, s.st_size, s.st_mtime_ns) for one, s in there))
    if not found["contexts"].value:
        raise ConfigException(f"{files} has no context")
    return found


@lru_cache(maxsize=2)
def _merged(files: str, states: tuple[object, ...]) -> Json:
    del states  # another state is another reading
    return KubeConfigMerger(files).config


def _credentials(cluster: str, settings: Configuration) -> Credentials:
    raw = cast("Any", settings)
    try:
        tls = ssl.create_default_context(cafile=raw.ssl_ca_cert)
        if raw.cert_file:
            tls.load_cert_chain(raw.cert_file, raw.key_file)
    except (OSError, ssl.SSLError) as error:
        raise UnauthenticatedError(
            f"the certificates of context {cluster!r} cannot be read: {error}",
            hint="check certificate-authority, client-certificate and client-key",
        ) from error
    if not raw.verify_ssl:  # insecure-skip-tls-verify, chosen by the user in the kubeconfig
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    return Credentials(
        cluster=cluster,
        server=str(raw.host).rstrip("/"),
        tls=tls,
        server_name=raw.tls_server_name or "",
        proxy=raw.proxy or "",
        _source=settings,
    )
