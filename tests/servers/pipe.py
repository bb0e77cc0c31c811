"""A stdio client that speaks in lines, to say what no SDK would and to see every byte."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from clusterwright.tools.manifest import Json, Manifest

LEGACY = "2025-11-25"
MODERN = "2026-07-28"
SECONDS = 60.0
_SCRIPTS = Path(sys.executable).parent
_CLIENT = {"name": "test", "version": "1"}


class Pipe:
    """A spawned server; every read has a deadline."""

    def __init__(self, *arguments: str | Path, server: str = "kubernetes") -> None:
        """Start a server's script; "" is the command of them all."""
        script = f"clusterwright-{server}".rstrip("-")
        self.process = subprocess.Popen(
            [_SCRIPTS / script, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._errors: list[bytes] = []
        self._readers = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for one in self._readers:
            one.start()
        self._id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> int:
        """Close the server's input as a host does; return its exit status."""
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        if not self.process.stdin.closed:
            self.process.stdin.close()
        status = self.process.wait(SECONDS)
        for one in self._readers:
            one.join(SECONDS)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    @property
    def errors(self) -> str:
        """What the server wrote to its standard error; complete once it is closed."""
        return b"".join(self._errors).decode()

    def write(self, line: bytes) -> None:
        """Send one line as it is."""
        assert self.process.stdin
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def send(self, method: str, params: Manifest | None = None, *, reply: bool = True) -> int:
        """Send a request, or a notification; return its id."""
        message: Manifest = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        if reply:
            self._id += 1
            message["id"] = self._id
        self.write(json.dumps(message).encode())
        return self._id

    def read(self) -> Manifest:
        """Return the next message; what is no JSON fails the test."""
        found: Json = json.loads(self._lines.get(timeout=SECONDS))
        assert isinstance(found, dict)
        return cast("Manifest", found)

    def answer(self, request: int) -> Manifest:
        """Return the answer to a request, skipping what is none."""
        while True:
            message = self.read()
            if message.get("id") == request:
                return message

    def ask(self, method: str, params: Manifest | None = None) -> Manifest:
        """Send a request and return its answer."""
        return self.answer(self.send(method, params))

    def initialize(self) -> Manifest:
        """Shake hands as clients of 2025-11-25 do."""
        hello = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": _CLIENT}
        answered = self.ask("initialize", hello)
        self.send("notifications/initialized", reply=False)
        return answered

    def ask_modern(self, method: str, params: Manifest | None = None) -> Manifest:
        """Ask without any handshake, as clients of 2026-07-28 do."""
        prefix = "io.modelcontextprotocol"
        meta = {
            f"{prefix}/protocolVersion": MODERN,
            f"{prefix}/clientCapabilities": {},
            f"{prefix}/clientInfo": _CLIENT,
        }
        return self.ask(method, {**(params or {}), "_meta": meta})

    def call(self, tool: str, **arguments: Json) -> Manifest:
        """Call a tool, of whichever outcome."""
        answered = self.ask("tools/call", {"name": tool, "arguments": arguments})
        result: Manifest = answered["result"]
        return result

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._errors.append(line)
