"""A management cluster without k0rdent is asked nothing for it, beyond what it serves."""

import httpx
import pytest

from clusterwright.tools.cluster_api.k0rdent import kinds as k0rdent
from clusterwright.tools.cluster_api.read import served_of
from clusterwright.tools.cluster_api.sveltos import kinds as sveltos
from tests.tools.kubernetes.client.server import connect

pytestmark = pytest.mark.anyio


async def test_where_neither_is_served_nothing_is_asked_beyond_discovery() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(404)

    kinds = (*k0rdent.KINDS, k0rdent.RELEASE, *sveltos.KINDS)
    assert await served_of(connect(answer), kinds) == []
    assert asked == []
