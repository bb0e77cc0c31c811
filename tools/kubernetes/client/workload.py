"""Workload clusters of Cluster API: reached by the kubeconfig that their management cluster keeps.

The kubeconfig is read when it is needed, stays inside, and is never returned. What it says is
taken only as far as it carries everything in itself: a Secret that somebody else may write must
not make this process run a program, read a file or go through a proxy.
"""

import base64
import binascii
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import yaml
from anyio import to_thread

from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotServedError,
    RefusedError,
    UnauthenticatedError,
)
from clusterwright.tools.kubernetes.client.credentials import load_inline
from clusterwright.tools.kubernetes.client.dial import reach
from clusterwright.tools.kubernetes.client.login import within_time
from clusterwright.tools.manifest import Json, Manifest, items, mapping, name_of, namespace_of, text
from clusterwright.tools.ref import check_name, check_namespace

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

PREFIX = "capi:"
_EXAMPLE = "write capi:namespace/name, or capi:context/namespace/name"
_USER = frozenset({"client-certificate-data", "client-key-data", "token", "username", "password"})
_CLUSTER = frozenset(
    {"server", "certificate-authority-data", "tls-server-name", "insecure-skip-tls-verify"}
)
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Target:
    """A workload cluster: its management cluster's context, its namespace and its name."""

    context: str
    namespace: str
    name: str

    @classmethod
    def parse(cls, spelled: str) -> "Target":
        """Read `capi:[context/]namespace/name`; raise InvalidInputError."""
        parts = spelled.removeprefix(PREFIX).rsplit("/", 2)  # a context may hold slashes itself
        if len(parts) < 2:  # noqa: PLR2004 - a namespace and a name
            raise InvalidInputError(f"{spelled[:120]!r} names no workload cluster", hint=_EXAMPLE)
        context = parts[0] if len(parts) > 2 else ""  # noqa: PLR2004 - with a context
        return cls(context, check_namespace(parts[-2]), check_name(parts[-1]))

    @property
    def secret(self) -> str:
        """The Secret with its kubeconfig (Cluster API book, contract rules for ControlPlane)."""
        return f"{self.name}-kubeconfig"


async def kubeconfig_of(management: "Connection", target: Target) -> str:
    """Return the kubeconfig of a workload cluster.

    Raises NotFoundError when there is no such Cluster, or no kubeconfig for it yet, NotServedError
    when there is no Cluster API.
    """
    resource = await management.resource("Secret")
    try:
        secret = await management.get(resource, target.secret, target.namespace)
    except ForbiddenError as error:
        raise ForbiddenError(
            f"the kubeconfig of {target.namespace}/{target.name} may not be read on"
            f" {management.cluster!r}",
            hint=f"it takes `get` on Secret {target.secret!r} in namespace {target.namespace!r}",
        ) from error
    except NotFoundError as error:
        raise await _missing(management, target) from error
    try:
        return base64.b64decode(text(secret, "data", "value")).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _unusable(target, "it is not text in base64") from error


async def content_of(management: "Connection", target: Target) -> Manifest:
    """Return the kubeconfig of a workload cluster, which carries all it needs in itself.

    Raises what `kubeconfig_of` raises, and RefusedError for one that leads elsewhere.
    """
    return await to_thread.run_sync(_checked, target, await kubeconfig_of(management, target))


async def dial(kubeconfig: str, target: Target, name: str) -> "Connection":
    """Return a connection to a workload cluster, under the name it was asked for.

    Raises RefusedError for a kubeconfig that leads outside itself.
    """
    content = await to_thread.run_sync(_checked, target, kubeconfig)
    credentials = await within_time(partial(load_inline, content, name), name)
    # What was rotated is found by reading the Secret again, which `Clusters` does.
    return reach(credentials, lambda: credentials)


async def _missing(management: "Connection", target: Target) -> NotFoundError | NotServedError:
    """Return why there is no kubeconfig."""
    try:
        clusters = await management.resource("Cluster.cluster.x-k8s.io")
    except NotFoundError:
        return NotServedError(
            f"{management.cluster!r} is no management cluster: it serves no Cluster API, so that it"
            f" knows no workload cluster {target.namespace}/{target.name}",
            hint="write capi:context/namespace/name with the context in which Cluster API is"
            " installed",
        )
    try:
        await management.get(clusters, target.name, target.namespace)
    except NotFoundError as error:
        found = await management.list(clusters)
        names = sorted(f"{namespace_of(one)}/{name_of(one)}" for one in found)
        hint = f"workload clusters: {', '.join(names[:10])}" if names else "it has none"
        return NotFoundError(
            f"{management.cluster!r} has no workload cluster {target.namespace}/{target.name}",
            hint=hint if names else str(error.hint or hint),
        )
    return NotFoundError(
        f"workload cluster {target.namespace}/{target.name} has no kubeconfig yet",
        hint="its control plane is not initialized; capi_describe_cluster tells what it waits for",
    )


def _checked(target: Target, spelled: str) -> Manifest:
    """Return a kubeconfig that carries everything in itself; raise RefusedError for any other."""
    if len(spelled) > _MOST:
        raise _unusable(target, f"it has more than {_MOST:,} bytes")
    try:
        content: Json = yaml.safe_load(spelled)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date with a 13th month
        raise _unusable(target, "it is no YAML") from error
    if not isinstance(content, dict):
        raise _unusable(target, "it is no kubeconfig")
    found = cast("Manifest", content)
    for kind, key, known in (("users", "user", _USER), ("clusters", "cluster", _CLUSTER)):
        for one in items(found, kind):
            odd = sorted(str(field) for field in mapping(one, key) if field not in known)
            if odd:
                raise RefusedError(
                    f"the kubeconfig of {target.namespace}/{target.name} carries {odd[0][:60]!r},"
                    " which could run a program, read a file or lead elsewhere",
                    hint="use a kubeconfig context of your own for this cluster",
                )
    return found


def _unusable(target: Target, why: str) -> UnauthenticatedError:
    return UnauthenticatedError(
        f"the kubeconfig of {target.namespace}/{target.name} cannot be used: {why}",
        hint=f"look at Secret {target.secret!r}, key `value`; its control plane provider writes it",
    )
