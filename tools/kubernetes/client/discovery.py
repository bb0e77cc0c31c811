"""What an API server serves: discovered, never assumed.

Aggregated discovery (KEP-3352) answers in two requests; servers before 1.27 are asked group by
group. A group whose own server is broken is left out and named, and costs no other group.
"""

import difflib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.kubernetes.client.resource import Resource
from clusterwright.tools.manifest import Manifest, items, mapping, text, texts
from clusterwright.tools.ref import BUILT_IN_GROUPS

Fetch = Callable[[str, str], Awaitable[Manifest]]
"""Fetch a path with an Accept header."""

_AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
)
_CLASSIC = "application/json"
_SUGGESTIONS = 5


@dataclass(frozen=True)
class Discovery:
    """Every served resource, found by any of its names."""

    resources: tuple[Resource, ...]
    broken_groups: tuple[str, ...] = ()
    versions: frozenset[tuple[str, str, str]] | None = None
    """Each group, version and kind that is served; None where only preferred ones are known."""

    def versions_of(self, group: str) -> frozenset[tuple[str, str]] | None:
        """Return the versions and kinds of a group; None where they are not known."""
        if self.versions is None or group in self.broken_groups:
            return None
        return frozenset((version, kind) for one, version, kind in self.versions if one == group)

    def every(self) -> frozenset[tuple[str, str, str]]:
        """Return each group, version and kind that is known to be served."""
        preferred = frozenset((one.group, one.version, one.kind) for one in self.resources)
        return preferred if self.versions is None else preferred | self.versions

    def find(self, name: str) -> Resource:
        """Return the resource that a kind, plural, singular or short name means.

        A name may be qualified: `deployments.apps`, `apps/v1/Deployment`. Among equals a built-in
        group wins, core first. Raises NotFoundError with the nearest kinds.
        """
        wanted, _, group = name.partition(".")
        version = ""
        if "/" in name:
            api_version, _, wanted = name.rpartition("/")
            group, _, version = api_version.rpartition("/")
        matches = [
            one
            for one in self.resources
            if _answers_to(one, wanted)
            and (not group or one.group == group)
            and version in {"", one.version}
        ]
        if matches:
            return min(matches, key=_precedence)
        raise self._unknown(name)

    def _unknown(self, name: str) -> NotFoundError:
        known = {one.kind.lower(): one.kind_key for one in self.resources}
        near = difflib.get_close_matches(name.lower(), known, n=_SUGGESTIONS, cutoff=0.5)
        near += [k for k in known if name.lower() in k and k not in near][:_SUGGESTIONS]
        hint = f"near it: {', '.join(known[k] for k in near)}" if near else "it serves no such API"
        if self.broken_groups:
            hint += f"; these groups do not answer: {', '.join(self.broken_groups)}"
        return NotFoundError(f"the cluster serves no kind {name[:80]!r}", hint=hint)


async def discover(fetch: Fetch) -> Discovery:
    """Return what the server serves."""
    core, groups = await fetch("/api", _AGGREGATED), await fetch("/apis", _AGGREGATED)
    if text(groups, "kind") != "APIGroupDiscoveryList":
        return await _discover_classic(fetch, core, groups)
    found = [*items(core, "items"), *items(groups, "items")]
    broken = tuple(
        text(group, "metadata", "name")
        for group in found
        if any(text(version, "freshness") == "Stale" for version in items(group, "versions"))
    )
    resources = tuple(r for group in found for r in _aggregated(group))
    return Discovery(resources, broken, frozenset(one for group in found for one in _every(group)))


def _every(group: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield group, version and kind of all that a group serves, preferred or not."""
    for version in items(group, "versions"):
        for one in items(version, "resources"):
            named = text(group, "metadata", "name"), text(version, "version")
            yield *named, text(one, "responseKind", "kind")


def _aggregated(group: Manifest) -> Iterator[Resource]:
    """Yield a group's resources, each in the most preferred version that has it."""
    seen: set[str] = set()
    for version in items(group, "versions"):
        for one in items(version, "resources"):
            plural = text(one, "resource")
            kind = text(one, "responseKind", "kind")
            if not plural or not kind or plural in seen:
                continue
            seen.add(plural)
            yield Resource(
                kind=kind,
                group=text(group, "metadata", "name"),
                version=text(version, "version"),
                plural=plural,
                namespaced=text(one, "scope") == "Namespaced",
                verbs=frozenset(texts(one, "verbs")),
                names=_names([text(one, "singularResource"), *texts(one, "shortNames")]),
            )


async def _discover_classic(fetch: Fetch, core: Manifest, groups: Manifest) -> Discovery:
    wanted = [("", version) for version in texts(core, "versions")[:1]]
    for group in items(groups, "groups"):
        preferred = mapping(group, "preferredVersion")
        wanted.append((text(group, "name"), text(preferred, "version")))
    found: list[Resource] = []
    broken: list[str] = []
    for group, version in wanted:
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        try:
            found += _classic(group, version, await fetch(path, _CLASSIC))
        except ToolError:
            broken.append(group)
    return Discovery(tuple(found), tuple(broken))


def _classic(group: str, version: str, listed: Manifest) -> Iterator[Resource]:
    for one in items(listed, "resources"):
        plural = text(one, "name")
        if "/" in plural or not text(one, "kind"):
            continue  # a subresource
        yield Resource(
            kind=text(one, "kind"),
            group=group,
            version=version,
            plural=plural,
            namespaced=one.get("namespaced") is True,
            verbs=frozenset(texts(one, "verbs")),
            names=_names([text(one, "singularName"), *texts(one, "shortNames")]),
        )


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names if name)


def _answers_to(resource: Resource, name: str) -> bool:
    lower = name.lower()
    return lower in {resource.kind.lower(), resource.plural} or lower in resource.names


def _precedence(resource: Resource) -> tuple[bool, bool, str]:
    built_in = resource.group in BUILT_IN_GROUPS
    return (resource.group != "", not built_in, resource.group)
