"""Writes to a cluster, each guarded by what was read of its object, and their dry runs.

Every write names the object's uid and, where the API takes one, its resourceVersion, so that it
does nothing when anybody wrote in between. A dry run goes the whole way of the real request
through authorization, admission and validation, and stops before it is stored.
"""

from dataclasses import replace

from clusterwright.tools.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.kubernetes.client.http import Http, Sent
from clusterwright.tools.kubernetes.client.resource import Resource
from clusterwright.tools.manifest import Json, Manifest, dig, text

FIELD_MANAGER = "clusterwright"
_MERGE = "application/merge-patch+json"
_APPLY = "application/apply-patch+yaml"


async def write(
    http: Http, resource: Resource, one: Write, *, dry_run: bool, agent: str = ""
) -> Sent:
    """Send one write; raise ConflictError when its object is not what was read any more."""
    # The body of a deletion says it too; in the address, the API server's audit log shows it.
    dry: dict[str, str | int] = {"dryRun": "All"} if dry_run else {}
    query = {"fieldManager": one.manager or FIELD_MANAGER, **dry}
    query |= {"fieldValidation": "Strict"} if one.strict else {}
    path = resource.path(one.ref.namespace or None, one.ref.name)
    match one.verb:
        case Verb.CREATE:
            path = resource.path(one.ref.namespace or None)
            return await http.send("POST", path, one.body, query=query, agent=agent)
        case Verb.PATCH | Verb.APPLY:
            media = _MERGE if one.verb is Verb.PATCH else _APPLY
            body = guarded(one)
            query |= {"force": "true"} if one.force else {}
            return await http.send("PATCH", path, body, media=media, query=query, agent=agent)
        case Verb.DELETE:
            options = _options(one, dry_run=dry_run, version=one.version)
            return await http.send("DELETE", path, options, query=dry, agent=agent)
        case Verb.EVICT:
            eviction = {
                "apiVersion": "policy/v1",
                "kind": "Eviction",
                "metadata": {"name": one.ref.name, "namespace": one.ref.namespace},
                "deleteOptions": _options(one, dry_run=dry_run, version=""),
            }
            try:
                return await http.send("POST", f"{path}/eviction", eviction, query=dry, agent=agent)
            except UnreachableError as error:
                if "disruption budget" not in str(error):
                    raise  # 429 is also how an API server says that it is overloaded
                hint = "repair the other pods of the budget first, or run one replica more"
                raise ConflictError(str(error), hint=hint) from error
        case Verb.RUN:
            raise InvalidInputError(
                f"{one.ref} is no object to write", hint="its domain's own program changes it"
            )


def versioned(found: Resource, one: Write) -> Resource:
    """Return a write's resource in the version that its body is written in."""
    asked = text(one.body, "apiVersion")
    if one.verb not in {Verb.CREATE, Verb.APPLY} or not asked:
        return found
    group, _, version = asked.rpartition("/")
    if group != found.group:
        raise InvalidInputError(
            f"the cluster serves {one.ref.kind} as {found.api_version}, not as {asked[:80]!r}",
            hint=f"write apiVersion: {found.api_version}",
        )
    return replace(found, version=version)


def guarded(one: Write) -> Manifest:
    """Return the body of a patch with the uid and the resourceVersion that it is meant for."""
    guards = {"uid": one.uid, "resourceVersion": one.version}
    metadata = {**dict(dig(one.body, "metadata") or {}), **{k: v for k, v in guards.items() if v}}
    return {**one.body, "metadata": metadata} if metadata else one.body


def _options(one: Write, *, dry_run: bool, version: str) -> Json:
    conditions = {"uid": one.uid, "resourceVersion": version}
    options: Manifest = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {key: value for key, value in conditions.items() if value},
        **one.body,
    }
    return {**options, "dryRun": ["All"]} if dry_run else options


async def identity(http: Http) -> str:
    """Return the uid of kube-system; where it may not be read, the API server's address and CA."""
    try:
        found = await http.get("/api/v1/namespaces/kube-system")
    except (NotFoundError, ForbiddenError):
        return http.endpoint
    return text(found, "metadata", "uid") or http.endpoint
