"""Log in without waiting for ever: plugins run programs, and some of those ask a person."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from clusterwright.tools.errors import UnauthenticatedError

LOGIN_SECONDS = 30.0
_T = TypeVar("_T")


async def within_time(
    log_in: Callable[[], _T], cluster: str, *, seconds: float = LOGIN_SECONDS
) -> _T:
    """Return what a blocking login returns; raise UnauthenticatedError when it takes too long.

    Its thread is a daemon, which a worker thread of anyio is not: a plugin that waits for a person
    cannot be told to stop, and must not keep this process from ending.
    """
    outcome: Future[_T] = Future()
    threading.Thread(target=_settle, args=(outcome, log_in), daemon=True).start()
    try:
        return await asyncio.wait_for(asyncio.wrap_future(outcome), seconds)
    except TimeoutError as error:
        raise UnauthenticatedError(
            f"logging in to {cluster or 'the current context'} took more than {seconds:.0f} s",
            hint="its plugin may be waiting for you; run it by hand: kubectl auth whoami",
        ) from error


def _settle(outcome: "Future[_T]", log_in: Callable[[], _T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(log_in())
    except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
        outcome.set_exception(error)
