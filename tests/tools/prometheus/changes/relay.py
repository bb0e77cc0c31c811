"""What stands before an Alertmanager: it loses answers, or ends a client in mid-write."""

import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar, Literal

import httpx

if TYPE_CHECKING:
    import subprocess

Moment = Literal["before", "after"]


@dataclass
class Relay:
    """Passes everything on; a client that it is told of is killed at its first post.

    With `loses`, what is written arrives, and its answer does not.
    """

    target: str
    moment: Moment = "after"
    url: str = ""
    client: "subprocess.Popen[bytes] | None" = None
    loses: bool = False

    def passes(self, method: str, path: str, body: bytes) -> httpx.Response | None:
        """Return the answer; None once the client is dead."""
        writes = method != "GET"
        fatal = writes and self.client is not None
        answer = None
        if not fatal or self.moment == "after":
            kind = {"Content-Type": "application/json"}
            answer = httpx.request(method, f"{self.target}{path}", content=body, headers=kind)
        if fatal and self.client is not None:
            os.kill(self.client.pid, signal.SIGKILL)
            self.client.wait()
            self.client = None
            return None
        return None if writes and self.loses else answer


class _Handler(BaseHTTPRequestHandler):
    relay: ClassVar[Relay]

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.relay.passes(self.command, self.path, body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_words: object, **_named: object) -> None:
        """Say nothing of requests."""


@contextmanager
def relayed(target: str, moment: Moment = "after", *, loses: bool = False) -> Generator[Relay]:
    """Run a relay before a server."""
    made = Relay(target, moment, loses=loses)
    methods = dict.fromkeys(("do_GET", "do_POST", "do_DELETE"), _Handler.pass_on)
    handler = type("Handler", (_Handler,), {"relay": made, **methods})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()
