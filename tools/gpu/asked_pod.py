"""The pod, or the workload that makes pods, which somebody asks about: by name, and as it is."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

from clusterwright.tools.errors import InvalidInputError, NotFoundError, ToolError
from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.fit.request import check_kind
from clusterwright.tools.manifest import Manifest, name_of, namespace_of
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.kubernetes.client.resource import Resource

EXAMPLE = 'a pod as ml/train-0, a workload as Job/ml/train, or requests={"gpu": 2}'
_PAIR, _WHOLE = 2, 3
_TOLD = 3


def named(spelled: str, namespace: str) -> Ref:
    """Return what `train-0`, `ml/train-0`, `Job/train` or `Job/ml/train` names.

    What names no namespace is of `namespace`. Raises InvalidInputError, also for a kind that makes
    no pods.
    """
    parts = spelled.split("/")
    if len(parts) == 1:
        parts = ["Pod", namespace, *parts]
    elif len(parts) == _PAIR:
        is_kind = parts[0][:1].isupper()  # which no namespace begins with
        parts = [parts[0], namespace, parts[1]] if is_kind else ["Pod", *parts]
    if len(parts) != _WHOLE or not all(parts):
        raise InvalidInputError(f"{spelled[:80]!r} names no pod of a namespace", hint=EXAMPLE)
    ref = Ref.parse("/".join(parts))
    check_kind(ref)
    return ref


async def fetched(connection: "Connection", ref: Ref) -> Manifest:
    """Return it; raise NotFoundError with those that may have been meant."""
    resource = await connection.resource(ref.kind_key)
    try:
        return await connection.get(resource, ref.name, ref.namespace)
    except NotFoundError as error:
        near = await _near(connection, resource, ref)
        if not near:
            raise
        raise NotFoundError(str(error), hint=f"did you mean {near}?") from error


async def _near(connection: "Connection", resource: "Resource", ref: Ref) -> str:
    """Return those of the same name elsewhere, else of nearly that name in the same place."""
    try:
        every = await connection.list_metadata(resource)
    except ToolError:  # it stays with the error that it is not there
        return ""
    prefix = "" if ref.kind == "Pod" else f"{ref.kind_key}/"
    elsewhere = [namespace_of(one) for one in every if name_of(one) == ref.name]
    if elsewhere:
        return few([f"{prefix}{one}/{ref.name}" for one in sorted(elsewhere)], _TOLD)
    here = [name_of(one) for one in every if namespace_of(one) == ref.namespace]
    close = get_close_matches(ref.name, here, n=_TOLD)
    return ", ".join(f"{prefix}{ref.namespace}/{one}" for one in close)
