"""The tool that tells what a class or a template takes, so that a cluster can be made from it."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from clusterwright.tools.answer import CAP, Answer, longest
from clusterwright.tools.cluster_api.class_variables import (
    Variable,
    variables_of_class,
    workers_of,
)
from clusterwright.tools.cluster_api.condition import conditions_of
from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, class_of
from clusterwright.tools.cluster_api.k0rdent.kinds import MADE_FROM, TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.k0rdent.templates import (
    credentials_of,
    deployments_of,
    problem_of,
    schema_of,
    upgrades_of,
    variables_of_template,
)
from clusterwright.tools.cluster_api.read import served_of
from clusterwright.tools.errors import ForbiddenError, InvalidInputError, NotFoundError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text, texts
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clusterwright.tools.kubernetes.client.connection import Connection

_MOST_CLUSTERS = 50


class ClassDescription(Answer):
    """A ClusterClass or a ClusterTemplate: what it takes, and who uses it."""

    kind: str = Field(default="ClusterClass", description="ClusterClass or ClusterTemplate.")
    name: str = Field(description="namespace/name.")
    variables: tuple[Variable, ...] = Field(
        default=(), description="Of a template: the values of config, nested ones with dots."
    )
    more_variables: int = 0
    pools: tuple[str, ...] = Field(default=(), description="Classes of worker pools.")
    versions: tuple[str, ...] = Field(
        default=(), description="Kubernetes versions of a chained upgrade, or of the template."
    )
    providers: tuple[str, ...] = Field(default=(), description="That a template requires.")
    credentials: tuple[str, ...] = Field(
        default=(), description="Of its namespace, that fit a template's providers."
    )
    upgrades: tuple[str, ...] = Field(
        default=(), description="Templates to which clusters of this one can be upgraded."
    )
    used_by: tuple[str, ...] = Field(default=(), description="capi:namespace/name of each.")
    more_used_by: int = 0
    problems: tuple[str, ...] = ()

    def render(self) -> str:
        """Return a line for each variable, then the rest."""
        lines = [f"{self.kind} {self.name} on {self.cluster}"]
        lines += [f"! | {one}" for one in self.problems]
        lines += ["variables:", *(f"  {one.line()}" for one in self.variables)]
        if self.more_variables:
            last = self.variables[-1].name
            lines.append(f"  [{self.more_variables} more: variables_after={word(last)}]")
        template = self.kind != "ClusterClass"
        lines += [] if template else [f"pools: {', '.join(self.pools) or 'none'}"]
        lines += [f"versions: {', '.join(self.versions)}"] if self.versions else []
        if template:
            lines.append(f"providers: {', '.join(self.providers) or 'none'}")
            lines.append(f"credentials that fit: {', '.join(self.credentials) or 'none'}")
            lines.append(f"upgrades: {', '.join(self.upgrades) or 'none'}")
        more = f" and {self.more_used_by} more" if self.more_used_by else ""
        lines.append(f"used by: {', '.join(self.used_by) or 'nobody'}{more}")
        return "\n".join(lines)


async def capi_describe_class(
    clusters: Clusters,
    namespace: Annotated[str, Field(max_length=300, description="Of the class or template.")],
    name: Annotated[str, Field(max_length=300, description="Of the class or template.")],
    kind: Annotated[
        Literal["ClusterClass", "ClusterTemplate"] | None,
        Field(description="Where both have this name."),
    ] = None,
    variables_after: Annotated[
        str | None, Field(max_length=300, description="Those after this one, of very many.")
    ] = None,
    cluster: Cluster = None,
) -> ClassDescription:
    """Tell what a ClusterClass or a k0rdent ClusterTemplate takes: variables with types, choices.

    Also its pools; of a template the credentials that fit, the upgrades, and why it is not valid.
    """
    connection = await clusters.connect(cluster)
    # Clusters of other namespaces may be made from it.
    kinds = (CLASS, CLUSTER, *await served_of(connection, MADE_FROM))
    snapshot = await read_snapshot(connection, kinds)
    there = [
        (key, found)
        for key in (CLASS, TEMPLATE)
        if (kind is None or key.startswith(f"{kind}."))
        and (found := snapshot.get(named(key, namespace, name))) is not None
    ]
    if not there:
        raise _missing(snapshot, connection.cluster, f"{namespace}/{name}", kind)
    if len(there) > 1:
        raise InvalidInputError(
            f"{namespace}/{name} is a ClusterClass and a ClusterTemplate",
            hint="say which by kind",
        )
    key, found = there[0]
    if key == CLASS:
        whole = _of_class(snapshot, connection.cluster, found)
    else:
        whole = _of_template(snapshot, found, await _schema(connection, found))
    rest = _after(whole.variables, variables_after)
    return longest(partial(_page, whole, rest), len(rest), CAP)


def _after(found: tuple[Variable, ...], name: str | None) -> tuple[Variable, ...]:
    """Return the variables that follow one; raise NotFoundError for one that is not there."""
    if name is None:
        return found
    places = [place for place, one in enumerate(found) if one.name == name]
    if not places:
        raise NotFoundError(
            f"there is no variable {name[:80]!r}", hint="leave variables_after out, to begin anew"
        )
    return found[places[-1] + 1 :]


def _page(whole: ClassDescription, rest: tuple[Variable, ...], most: int) -> ClassDescription:
    return whole.model_copy(
        update={"variables": rest[:most], "more_variables": len(rest) - len(rest[:most])}
    )


def _of_class(snapshot: Snapshot, cluster: str, found: Manifest) -> ClassDescription:
    ref = Ref.of(found)
    users = [one for one in snapshot.of_kind(CLUSTER) if class_of(one) == ref]
    return ClassDescription(
        cluster=cluster,
        name=_name(found),
        variables=tuple(variables_of_class(found)),
        pools=workers_of(found),
        versions=tuple(texts(found, "spec", "kubernetesVersions")),
        problems=tuple(
            f"{word(c.type)} {word(c.reason)} {one_line(c.message, 300)}".rstrip()
            for c in conditions_of(found)
            if c.bad
        ),
    ).model_copy(update=_used(users))


def _of_template(snapshot: Snapshot, found: Manifest, schema: Manifest) -> ClassDescription:
    version = text(found, "status", "k8sVersion")
    problem = problem_of(snapshot, found)
    return ClassDescription(
        cluster=snapshot.cluster,
        kind="ClusterTemplate",
        name=_name(found),
        variables=tuple(variables_of_template(found, schema)),
        versions=(version,) if version else (),
        providers=tuple(texts(found, "status", "providers")),
        credentials=tuple(
            f"{name} ({why})" if why else name for name, why in credentials_of(snapshot, found)
        ),
        upgrades=upgrades_of(snapshot, found),
        problems=(one_line(problem, 300),) if problem else (),
    ).model_copy(update=_used(deployments_of(snapshot, found)))


async def _schema(connection: "Connection", found: Manifest) -> Manifest:
    """Return the JSON schema of a template's values; an empty one where it cannot be read."""
    name = text(found, "status", "schemaConfigMapName")
    if not name:
        return {}
    try:
        resource = await connection.resource("ConfigMap")
        return schema_of(await connection.get(resource, name, namespace_of(found)))
    except (NotFoundError, ForbiddenError):
        return {}  # its defaults tell as much as can be told


def _used(users: "Sequence[Manifest]") -> dict[str, object]:
    names = sorted(f"capi:{_name(one)}" for one in users)
    return {
        "used_by": tuple(names[:_MOST_CLUSTERS]),
        "more_used_by": max(0, len(names) - _MOST_CLUSTERS),
    }


def _name(found: Manifest) -> str:
    return f"{namespace_of(found)}/{name_of(found)}"


def _missing(snapshot: Snapshot, cluster: str, name: str, kind: str | None) -> NotFoundError:
    if CLASS not in snapshot.objects:
        return NotFoundError(
            f"ClusterClasses could not be read on {cluster}",
            hint="; ".join(f"{one.what}: {one.reason}" for one in snapshot.coverage.gaps),
        )
    names = sorted(_name(one) for key in (CLASS, TEMPLATE) for one in snapshot.of_kind(key))
    what = kind or "ClusterClass or ClusterTemplate"
    return NotFoundError(
        f"{cluster!r} has no {what} {name}", hint=f"it has {', '.join(names[:10]) or 'none'}"
    )


TOOL = Tool(capi_describe_class, Effect.READ, "Describe a class or template of clusters")
