"""One cluster, typed: resources, objects, listings, logs, and guarded writes."""

import difflib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import anyio

from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.changes.write import Write
from clusterwright.tools.kubernetes.client.discovery import Discovery, discover
from clusterwright.tools.kubernetes.client.http import DEADLINE_SECONDS, Http, Sent
from clusterwright.tools.kubernetes.client.port_forward import PortForward
from clusterwright.tools.kubernetes.client.resource import Resource
from clusterwright.tools.kubernetes.client.service_proxy import ServiceProxy
from clusterwright.tools.kubernetes.client.shared import Shared
from clusterwright.tools.kubernetes.client.translate import (
    NO_API_SERVER,
    ExpiredListError,
    from_selectors,
)
from clusterwright.tools.kubernetes.client.tunnels import Tunnels
from clusterwright.tools.kubernetes.client.write import identity, versioned, write
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, number, text
from clusterwright.tools.ref import Ref

Manifests: TypeAlias = list[Manifest]
"""`list` is also what reading a whole listing is called here."""

PAGE = 500
_PAGES = 400
"""Of one listing: 200,000 objects, more than the largest cluster that Kubernetes supports has."""
_DISCOVERY_SECONDS = 300.0
_REDISCOVERY_SECONDS = 10.0
_LISTINGS = 3
"""How often a listing starts again because its continue token expired."""
_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
_NAMESPACE = Resource("Namespace", "", "v1", "namespaces", namespaced=False)
_POD = Resource("Pod", "", "v1", "pods", namespaced=True)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing."""

    items: list[Manifest]
    cursor: str
    """Continues the listing; empty at its end. The API server forgets it after minutes."""
    remaining: int


class Connection:
    """One cluster, seen with one credential. Equal reads under way at once are one request."""

    def __init__(self, cluster: str, http: Http) -> None:
        """Take the cluster's name and how to reach it."""
        self.cluster = cluster
        self._http = http
        self._gets = Shared[Manifest]()
        self._lists = Shared[Manifests]()
        self._discovery: Discovery | None = None
        self._discovered = 0.0
        self._identity = ""
        self._discovering = Shared[Discovery]()

    @property
    def now(self) -> datetime:
        """The API server's clock, as of its last answer."""
        return self._http.server_time

    async def server_time(self) -> datetime:
        """Return the API server's clock, asking if nothing was asked for yet."""
        await self.resource("Pod")
        return self.now

    async def resource(self, kind: str) -> Resource:
        """Return what a kind, plural, singular or short name means here.

        Raises NotFoundError with the nearest kinds. A kind that is not known is looked up afresh:
        a custom resource may have been defined a moment ago.
        """
        discovery = await self._discover(_DISCOVERY_SECONDS)
        try:
            return discovery.find(kind)
        except NotFoundError:
            return (await self._discover(_REDISCOVERY_SECONDS)).find(kind)

    async def served(self, group: str) -> tuple[Resource, ...]:
        """Return the kinds of an API group; none when it is not served."""
        discovery = await self._discover(_REDISCOVERY_SECONDS)
        return tuple(one for one in discovery.resources if one.group == group)

    async def versions(self, group: str) -> frozenset[tuple[str, str]] | None:
        """Return the versions in which a group's kinds are served, as (version, kind).

        None where that cannot be told: its own server does not answer, or the API server is of a
        time when discovery told of one version only. A group that is not served has none.
        """
        return (await self._discover(_REDISCOVERY_SECONDS)).versions_of(group)

    async def apis(self) -> frozenset[tuple[str, str, str]]:
        """Return each group, version and kind that is served, as far as discovery tells."""
        return (await self._discover(_REDISCOVERY_SECONDS)).every()

    async def version(self) -> str:
        """Return the API server's version, as `v1.36.3`."""
        return text(await self._http.get("/version"), "gitVersion")

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Manifest:
        """Return one object, without managedFields."""
        path = resource.path(namespace, name)
        try:
            found = await self._gets.get(path, lambda: self._http.get(path))
        except NotFoundError:
            if resource.namespaced and namespace:
                await self.require_namespace(namespace)
            raise
        return _slim(found, resource)

    async def live(self, ref: Ref, version: str = "") -> Manifest | None:
        """Return one object as it is at this moment, with its managedFields; None if there is none.

        Never shared with another reader: a write rests on it. It comes in the version that the
        server prefers, or in another one that it serves.
        """
        resource = await self.resource(ref.kind_key)
        resource = replace(resource, version=version) if version else resource
        try:
            found = await self._http.get(resource.path(ref.namespace or None, ref.name))
        except NotFoundError:
            if resource.namespaced and ref.namespace:
                await self.require_namespace(ref.namespace)
            return None
        return found | {"kind": resource.kind, "apiVersion": resource.api_version}

    async def identity(self) -> str:
        """Return what tells this cluster from any other, whatever its context is called."""
        if not self._identity:
            self._identity = await identity(self._http)
        return self._identity

    async def write(self, one: Write, *, dry_run: bool, agent: str = "") -> Sent:
        """Send one write, or see how it would end; raise ToolError, as `client.write` tells."""
        ref = one.ref
        found = await self.resource(ref.kind_key)
        resource = versioned(found, one)
        return await write(self._http, resource, one, dry_run=dry_run, agent=agent)

    async def page(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = PAGE,
        cursor: str = "",
        managed: bool = False,
    ) -> Page:
        """Return one page of a listing, with managedFields if `managed`.

        Raises ExpiredListError when its cursor is too old.
        """
        query: dict[str, str | int] = {"limit": limit}
        if label_selector:
            query["labelSelector"] = label_selector
        if field_selector:
            query["fieldSelector"] = field_selector
        if cursor:
            query["continue"] = cursor
        try:
            found = await self._http.get(resource.path(namespace), query)
        except InvalidInputError as error:
            raise from_selectors(error, label_selector, field_selector) from error
        if "items" not in found:  # nothing at all would pass for a cluster without problems
            raise UnreachableError(
                f"cluster {self.cluster!r} answered without a list of {resource.plural}",
                hint=NO_API_SERVER,
            )
        listed = [_slim(one, resource, managed=managed) for one in items(found, "items")]
        metadata = mapping(found, "metadata")
        return Page(listed, text(metadata, "continue"), number(metadata, "remainingItemCount"))

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
        managed: bool = False,
    ) -> Manifests:
        """Return a whole listing, with managedFields if `managed`.

        A namespace that does not exist is an error, not emptiness.
        """
        selectors = label_selector, field_selector

        async def read() -> Manifests:
            for _ in range(_LISTINGS - 1):
                try:
                    return await self._read(resource, namespace, selectors, managed=managed)
                except ExpiredListError:
                    continue
            return await self._read(resource, namespace, selectors, managed=managed)

        key = f"{resource.path(namespace)}?{label_selector}&{field_selector}&{managed}"
        found = await self._lists.get(key, read)
        if not found and namespace and resource.namespaced:
            await self.require_namespace(namespace)
        return found

    async def _read(
        self,
        resource: Resource,
        namespace: str | None,
        selectors: tuple[str, str],
        *,
        managed: bool,
    ) -> Manifests:
        found: Manifests = []
        cursor = ""
        labels, fields = selectors
        for _ in range(_PAGES):
            page = await self.page(
                resource,
                namespace,
                label_selector=labels,
                field_selector=fields,
                cursor=cursor,
                managed=managed,
            )
            found += page.items
            cursor = page.cursor
            if not cursor:
                return found
        raise UnreachableError(
            f"cluster {self.cluster!r} has more than {_PAGES * PAGE:,} {resource.plural}",
            hint="narrow the question: a namespace, labels or fields",
        )

    async def list_metadata(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> Manifests:
        """Return the metadata of a whole listing, which costs a fraction where objects are large.

        A namespace that does not exist is an error, not emptiness.
        """
        query: dict[str, str | int] = {"limit": PAGE}
        query |= {"labelSelector": label_selector} if label_selector else {}
        query |= {"fieldSelector": field_selector} if field_selector else {}
        found: Manifests = []
        for _ in range(_PAGES):
            page = await self._http.get(resource.path(namespace), query, accept=_METADATA)
            for one in items(page, "items"):
                one |= {"kind": resource.kind, "apiVersion": resource.api_version}
                found.append(_slim(one, resource))
            query["continue"] = text(page, "metadata", "continue")
            if not query["continue"]:
                break
        if not found and namespace and resource.namespaced:
            await self.require_namespace(namespace)
        return found

    async def require_namespace(self, namespace: str) -> None:
        """Raise NotFoundError naming the nearest ones unless a namespace exists.

        A credential that may not read namespaces gets the benefit of the doubt.
        """
        path = _NAMESPACE.path(None, namespace)
        try:
            await self._gets.get(path, lambda: self._http.get(path))
        except ForbiddenError:
            return
        except NotFoundError as error:
            names = await self._namespaces()
            near = difflib.get_close_matches(namespace, names, n=5, cutoff=0.4) or names[:10]
            hint = f"namespaces: {', '.join(near)}" if near else ""
            raise NotFoundError(f"there is no namespace {namespace!r}", hint=hint) from error

    async def _namespaces(self) -> tuple[str, ...]:
        try:
            return tuple(sorted(name_of(one) for one in await self.list(_NAMESPACE)))
        except ForbiddenError:
            return ()

    async def log(
        self,
        pod: Ref,
        container: str,
        *,
        previous: bool = False,
        tail_lines: int = 500,
        since_seconds: int | None = None,
        limit_bytes: int = 1_000_000,
    ) -> str:
        """Return the end of a container's log, at most `limit_bytes` of it.

        Raises NotFoundError or InvalidInputError with what the kubelet says: no previous run, no
        such container (with those there are); UnreachableError for one that does not end in time,
        of which what was read is not the end.
        """
        query: dict[str, str | int] = {"tailLines": tail_lines}
        if container:
            query["container"] = container
        if previous:
            query["previous"] = "true"
        if since_seconds is not None:
            query["sinceSeconds"] = since_seconds
        kept = bytearray()
        with anyio.move_on_after(DEADLINE_SECONDS) as scope:
            async for chunk in self._chunks(_POD.path(pod.namespace, pod.name) + "/log", query):
                kept += chunk
                # The server's own limitBytes would keep the beginning; a diagnosis wants the end.
                if len(kept) > 2 * limit_bytes:
                    del kept[:-limit_bytes]
        if scope.cancelled_caught:
            raise UnreachableError(
                f"the log of {pod} did not end within {DEADLINE_SECONDS:.0f} s",
                hint="read less of it: fewer lines, or since a later time",
            )
        return kept[-limit_bytes:].decode("utf-8", errors="replace")

    async def metric(self, name: str) -> tuple[str, ...]:
        """Return the series of one metric of the API server, as its text format spells them.

        Raises ForbiddenError for who may not read /metrics, and UnreachableError as `log` does.
        """
        found: list[str] = []
        rest = b""
        with anyio.move_on_after(DEADLINE_SECONDS) as scope:
            async for chunk in self._chunks("/metrics", {}):
                *lines, rest = (rest + chunk).split(b"\n")
                found += [one.decode(errors="replace") for one in lines if _is_of(one, name)]
        if scope.cancelled_caught:
            raise UnreachableError(
                f"the metrics of cluster {self.cluster!r} did not end in time", hint="try again"
            )
        return tuple(found)

    async def _chunks(self, path: str, query: dict[str, str | int]) -> AsyncIterator[bytes]:
        async with self._http.stream(path, query) as response:
            async for chunk in response.aiter_bytes():
                yield chunk

    def service(self, namespace: str, port: str) -> ServiceProxy:
        """Return how to reach a port of a Service, as `http:name:9090`, through the API server."""
        return ServiceProxy(self._http, namespace, port)

    def forwarded(self, namespace: str, service: str, port: int) -> PortForward:
        """Return how to reach a port of a Service by port-forwards to a pod behind it."""
        return PortForward(Tunnels(self, self._http, namespace, service, port))

    async def aclose(self) -> None:
        """Close the connections to the cluster."""
        await self._http.aclose()

    async def _discover(self, oldest: float) -> Discovery:
        if self._discovery is None or anyio.current_time() - self._discovered > oldest:
            self._discovery = await self._discovering.get("", self._discover_now)
        return self._discovery

    async def _discover_now(self) -> Discovery:
        found = await discover(lambda path, accept: self._http.get(path, accept=accept))
        self._discovered = anyio.current_time()
        return found


def _is_of(line: bytes, metric: str) -> bool:
    return line.startswith((f"{metric}{{".encode(), f"{metric} ".encode()))


def _slim(manifest: Manifest, resource: Resource, *, managed: bool = False) -> Manifest:
    """Drop managedFields, and add the kind that items of a list do not carry."""
    if not managed:
        mapping(manifest, "metadata").pop("managedFields", None)
    manifest.setdefault("kind", resource.kind)
    manifest.setdefault("apiVersion", resource.api_version)
    return manifest
