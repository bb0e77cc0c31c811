"""The page that a browser comes back to after a sign-in."""

from collections.abc import Iterator

import anyio
import httpx2
import pytest
from mcp.shared.auth import AuthorizationCodeResult

from clusterwright.agents.sign_in.callback import Callback
from clusterwright.tools.errors import UnauthenticatedError


async def redirected(callback: Callback, *queries: str) -> AuthorizationCodeResult:
    """Let a browser visit our page while it is waited for; return what the wait was for."""
    results: list[AuthorizationCodeResult] = []
    async with anyio.create_task_group() as tasks:

        async def visit() -> None:
            async with httpx2.AsyncClient() as browser:
                for query in queries:
                    await browser.get(callback.url + query)

        tasks.start_soon(visit)
        results.append(await callback.wait())
    return results[0]


@pytest.fixture
def callback() -> Iterator[Callback]:
    with Callback(0) as listening:
        yield listening


def test_the_code_the_state_and_the_issuer_are_taken_from_the_redirect(callback: Callback) -> None:
    result = anyio.run(redirected, callback, "?code=c%201&state=s&iss=https%3A%2F%2Fi")
    assert result == AuthorizationCodeResult(code="c 1", state="s", iss="https://i")


def test_a_browser_that_asks_for_something_else_first_is_told_that_there_is_nothing(
    callback: Callback,
) -> None:
    result = anyio.run(redirected, callback, "", "/../favicon.ico", "?code=c")
    assert result.code == "c"


def test_a_second_sign_in_comes_back_to_the_same_page(callback: Callback) -> None:
    first, page = anyio.run(redirected, callback, "?code=1"), callback.url
    assert anyio.run(redirected, callback, "?code=2").code == "2"
    assert (first.code, callback.url) == ("1", page)


def test_a_refusal_is_told_in_the_words_of_the_issuer(callback: Callback) -> None:
    with pytest.raises(BaseExceptionGroup) as raised:
        anyio.run(redirected, callback, "?error=access_denied&error_description=not%20today")
    (error,) = raised.value.exceptions
    assert isinstance(error, UnauthenticatedError)
    assert "not today" in str(error)


def test_a_port_that_is_taken_is_replaced(callback: Callback) -> None:
    port = int(callback.url.split(":")[2].split("/")[0])
    with Callback(port) as other:
        assert other.url != callback.url
