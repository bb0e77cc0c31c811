"""Install definitions, nodes and the operators' objects, as soon as the API server takes them."""

import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.gpu.kinds import Kind, definitions, served
from clusterwright.deploy.sandbox.gpu.nodes import gpu_nodes
from clusterwright.deploy.sandbox.gpu.objects import objects

_PATIENCE, _PAUSE = 60.0, 0.1
_NOT_YET = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)


def install(api: Api, kubelet_port: int) -> None:
    """Make what is not there yet; raise httpx.HTTPStatusError when the server does not take it."""
    for one in definitions():
        api.create(one)
    for one in gpu_nodes(kubelet_port):
        api.create(one)
    deadline = time.monotonic() + _PATIENCE
    waiting = served()
    while waiting:  # the first request for a kind is what sets its store up
        waiting = [kind for kind in waiting if not _is_served(api, kind, deadline)]
        time.sleep(_PAUSE if waiting else 0)
    for one in objects():
        _patiently(partial(api.create, one), deadline)


def _is_served(api: Api, kind: Kind, deadline: float) -> bool:
    try:
        api.list(kind.api_version, kind.name)
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in _NOT_YET or time.monotonic() > deadline:
            raise
        return False
    return True


def _patiently(act: Callable[[], object], deadline: float) -> None:
    """Act until the kind is served: a store that is still being set up refuses for a moment."""
    while True:
        try:
            act()
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in _NOT_YET or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return
