"""A stdio client that sees the bytes: what a host pays in time and size, with no SDK in between."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.bench.rss import peak_rss_mb

_HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "1"},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it crossed the pipe."""

    result: dict[str, Any]
    bytes: int
    seconds: float


class Wire:
    """A spawned stdio server, spoken to line by line."""

    def __init__(self, command: Sequence[str]) -> None:
        """Spawn `command`; its standard error goes to ours."""
        self._started = time.perf_counter()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._id = 0
        self.open: set[int] = set()
        """Calls that were sent, and not waited for, and are not answered yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)

    def hello(self) -> float:
        """Shake hands; return the seconds from spawn to the first answer."""
        self.request("initialize", _HELLO)
        ready = time.perf_counter() - self._started
        self._send({"method": "notifications/initialized"})
        return ready

    def request(self, method: str, params: dict[str, Any] | None = None) -> Reply:
        """Send one request and wait for its answer."""
        self._id += 1
        started = time.perf_counter()
        self._send({"id": self._id, "method": method, "params": params or {}})
        assert self._process.stdout
        while line := self._process.stdout.readline():
            message = json.loads(line)
            self.open.discard(message.get("id"))
            if message.get("id") == self._id:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return Reply(message["result"], len(line), time.perf_counter() - started)
        raise RuntimeError(f"{method}: the server closed its output")

    def call(self, tool: str, **arguments: object) -> Reply:
        """Call a tool that must succeed."""
        reply = self.request("tools/call", {"name": tool, "arguments": arguments})
        if reply.result.get("isError"):
            raise RuntimeError(f"{tool}: {reply.result['content']}")
        return reply

    def send(self, tool: str, **arguments: object) -> None:
        """Send a call; its answer is passed over while another's is waited for."""
        self._id += 1
        self.open.add(self._id)
        params = {"name": tool, "arguments": arguments}
        self._send({"id": self._id, "method": "tools/call", "params": params})

    def cancel(self) -> None:
        """Give up every call that is not waited for."""
        for one in sorted(self.open):
            self._send({"method": "notifications/cancelled", "params": {"requestId": one}})
        self.open.clear()

    def rss_mb(self) -> float:
        """Return the server's resident memory in MiB, its peak so far."""
        return peak_rss_mb(self._process.pid)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0"} | message).encode() + b"\n")
        self._process.stdin.flush()
