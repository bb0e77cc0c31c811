"""The tool that lists a kind: what is unhealthy is never on a later page than what is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.listing import Cells, Listing, Table, count
from clusterwright.tools.kubernetes.parameters import Cluster, Kind, Namespace
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.kubernetes.state.state import State, age
from clusterwright.tools.manifest import Manifest, name_of, namespace_of
from clusterwright.tools.redaction import secret_name
from clusterwright.tools.tool import Effect, Tool


async def k8s_list(
    clusters: Clusters,
    kind: Kind,
    namespace: Namespace = None,
    labels: Annotated[
        str | None, Field(max_length=1000, description="Label selector: app=cart,tier!=db")
    ] = None,
    fields: Annotated[
        str | None, Field(max_length=1000, description="Field selector: spec.nodeName=gpu-1")
    ] = None,
    limit: Annotated[
        int | None, Field(ge=1, le=500, description="Rows at most; default: about 10 kB.")
    ] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Listing:
    """List objects of any kind: counts by state, all unhealthy ones first, then the others."""
    asked, *after = decode("list", cursor, str, int, str, str) if cursor else ("",)
    connection = await clusters.connect(cluster)
    resource = await connection.resource(kind)
    own = question(connection.cluster, resource.kind_key, namespace, labels, fields)
    if cursor and asked != own:
        raise foreign(cursor)
    _refuse_guesses(fields or "")
    if "list" not in resource.verbs:
        raise InvalidInputError(
            f"{resource.kind} cannot be listed", hint="pass another kind; k8s_get reads one object"
        )
    found = await connection.list(
        resource,
        namespace if resource.namespaced else None,
        label_selector=labels or "",
        field_selector=fields or "",
    )
    listed = sorted((_listed(one, connection.now) for one in found), key=lambda one: one.key)
    rest = [one for one in listed if one.key > tuple(after)]
    counted = Listing(
        cluster=connection.cluster,
        kind=resource.kind_key,
        namespace=namespace if resource.namespaced else None,
        total=len(listed),
        unhealthy=sum(not one.state.well for one in listed),
        states=count([one.state.text for one in listed]),
    )
    most = len(rest) if limit is None else min(limit, len(rest))
    return longest(partial(_page, counted, rest, own), most, BUDGET if limit is None else CAP)


TOOL = Tool(k8s_list, Effect.READ, "List objects")


def _refuse_guesses(fields: str) -> None:
    """Raise RefusedError for a selector that would tell whether a secret is what was guessed."""
    for one in fields.split(","):
        name = one.replace("!", "=").partition("=")[0].strip()
        if secret_name(name):
            raise RefusedError(
                f"objects are not selected by {name[:80]!r}, which may hold a secret",
                hint="select by metadata.name or by labels",
            )


@dataclass(frozen=True, slots=True)
class _Listed:
    key: tuple[int, str, str]
    """Unhealthy ones first, then by namespace and name: a page starts where the last one ended."""
    state: State
    cells: Cells


def _listed(manifest: Manifest, now: datetime) -> _Listed:
    state = state_of(manifest, now)
    namespace, name = namespace_of(manifest), name_of(manifest)
    cells = {"namespace": namespace, "name": name, "state": state.text, **state.cells}
    return _Listed((int(state.well), namespace, name), state, {**cells, "age": age(manifest, now)})


def _page(counted: Listing, rest: Sequence[_Listed], own: str, most: int) -> Listing:
    """Return the listing with rows for the first objects of the rest."""
    shown = rest[:most]
    table = Table.of([one.cells for one in shown])
    return counted.model_copy(
        update={
            "common": table.common,
            "columns": table.columns,
            "rows": table.rows,
            "next_cursor": encode("list", own, *shown[-1].key) if len(shown) < len(rest) else None,
        }
    )
