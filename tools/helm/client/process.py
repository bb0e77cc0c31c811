"""Run one program to its end, bounded in time and output, and leave nothing of it behind.

It leads a process group of its own, and the whole group goes with it: a credential helper that
waits for a person would otherwise outlive whoever started it.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import anyio
from anyio.abc import ByteReceiveStream, Process

MOST_OUTPUT, MOST_SAID = 64 * 2**20, 2**20
"""Bytes kept of the output, from its start, and of what is said on the side, from its end."""
TERMINATION_SECONDS = 10.0
"""Between SIGTERM and SIGKILL: Helm uses them to record that it was stopped."""
_DRAIN_SECONDS = 5.0
"""For output that is still in the pipes once the program has ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it wrote."""

    status: int
    """As its parent sees it: negative for the signal that ended it."""
    output: bytes
    cut: bool
    """Whether there was more output than is kept."""
    said: bytes
    timed_out: bool
    seconds: float


@dataclass(slots=True)
class _Kept:
    head: bytearray
    tail: bytearray
    cut: bool = False


async def run_process(
    argv: Sequence[str], environment: Mapping[str, str], *, seconds: float, given: bytes = b""
) -> Ended:
    """Run a program without a shell or a terminal; raise OSError if it cannot be started.

    It reads what it is `given`, which is of a few words, and then the end.

    After `seconds`, or when the caller is cancelled, its group gets SIGTERM, and SIGKILL if that
    does not end it. Output above the limit is read and dropped: what writes must not hang.
    """
    began = anyio.current_time()
    process = await _start(argv, environment)
    kept, limit = _Kept(bytearray(), bytearray()), anyio.CancelScope(deadline=began + seconds)
    try:
        async with anyio.create_task_group() as readers:
            readers.start_soon(_keep_head, process.stdout, kept)
            readers.start_soon(_keep_tail, process.stderr, kept)
            try:
                with limit:
                    await _give(process, given)
                    await process.wait()
            finally:
                with anyio.CancelScope(shield=True):
                    await _end(process)
            readers.cancel_scope.deadline = anyio.current_time() + _DRAIN_SECONDS
    finally:
        with anyio.CancelScope(shield=True):
            await process.aclose()  # also the pipes, which a child that left the group may hold
    return Ended(
        await process.wait(),
        bytes(kept.head),
        kept.cut,
        bytes(kept.tail),
        limit.cancelled_caught,
        anyio.current_time() - began,
    )


async def _start(argv: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Start a process; one whose start were cut off would leave a group that nobody knows."""
    started: list[Process] = []
    with anyio.CancelScope(shield=True):
        started.append(
            await anyio.open_process(
                argv, stdin=subprocess.PIPE, env=dict(environment), start_new_session=True
            )
        )
    return started[0]


async def _give(process: Process, given: bytes) -> None:
    if process.stdin is not None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # it does not read
            await process.stdin.send(given)
        await process.stdin.aclose()


async def _keep_head(stream: ByteReceiveStream | None, kept: _Kept) -> None:
    if stream is None:
        return
    async for part in stream:
        room = MOST_OUTPUT - len(kept.head)
        kept.head += part[:room]
        kept.cut = kept.cut or len(part) > room


async def _keep_tail(stream: ByteReceiveStream | None, kept: _Kept) -> None:
    if stream is None:
        return
    async for part in stream:
        kept.tail += part
        if len(kept.tail) > 2 * MOST_SAID:
            del kept.tail[:-MOST_SAID]
    del kept.tail[:-MOST_SAID]


async def _end(process: Process) -> None:
    """End what is left of a process and its group."""
    if process.returncode is None:
        _signal(process, signal.SIGTERM)
        with anyio.move_on_after(TERMINATION_SECONDS):
            await process.wait()
    _signal(process, signal.SIGKILL)  # also those that it started and that outlived it
    await process.wait()


def _signal(process: Process, which: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # the latter of a group of zombies on macOS
        os.killpg(process.pid, which)
