from collections.abc import AsyncGenerator, Generator

import pytest

from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.monitoring import Monitoring
from tests.tools.prometheus.explaining.shop import a_shop
from tests.tools.prometheus.one_backend import OneBackend


@pytest.fixture(scope="session")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with a_shop(tmp_path_factory.mktemp("shop")) as url:
        yield url


@pytest.fixture
async def shop(shop_url: str) -> AsyncGenerator[Monitoring]:
    backend = Backend(Endpoint("shop", shop_url))
    yield OneBackend(backend)
    await backend.aclose()
