"""Real places of charts on loopback: a classic repository, a registry, and charts for them."""

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Helm:
    """The real helm as a person runs it, apart from the one under test."""

    program: Path
    home: Path

    def __call__(self, *words: str | Path) -> str:
        """Run it; raise CalledProcessError if it fails."""
        homes = {f"HELM_{one}_HOME": str(self.home) for one in ("CACHE", "CONFIG", "DATA")}
        kept = {name: one for name, one in os.environ.items() if not name.startswith("HELM_")}
        ran = subprocess.run(
            [self.program, *words],
            env={**kept, **homes, "KUBECONFIG": os.devnull},
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout

    def chart(self, name: str, into: Path) -> Path:
        """Copy a chart of the fixtures, to be changed."""
        return shutil.copytree(FIXTURES / name, into / Path(name).name)

    def package(self, chart: str | Path, into: Path, *flags: str) -> Path:
        """Pack a chart; return its archive."""
        place = FIXTURES / chart if isinstance(chart, str) else chart
        into.mkdir(parents=True, exist_ok=True)
        return Path(self("package", place, "-d", into, *flags).strip().rpartition(": ")[2])


@dataclass
class Served:
    """A folder behind HTTP, and what was asked of it."""

    folder: Path
    asked: list[str] = field(default_factory=list[str])
    logins: list[str | None] = field(default_factory=list[str | None])
    moved: dict[str, str] = field(default_factory=dict[str, str])
    """Paths that are elsewhere."""
    wants_login: str = ""
    """The Authorization header without which nobody is let in."""
    etags: bool = True
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def served(folder: Path) -> Generator[Served]:
    """Serve a folder on loopback."""
    state = Served(folder)

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            state.logins.append(self.headers.get("Authorization"))
            if state.wants_login and self.headers.get("Authorization") != state.wants_login:
                self.send_error(401)
            elif self.path in state.moved:
                self.send_response(302)
                self.send_header("Location", state.moved[self.path])
                self.end_headers()
            elif state.etags and self.headers.get("If-None-Match") == self._etag():
                self.send_response(304)
                self.end_headers()
            else:
                super().do_GET()

        def end_headers(self) -> None:
            if state.etags and (etag := self._etag()):
                self.send_header("ETag", etag)
            super().end_headers()

        def _etag(self) -> str:
            file = folder / self.path.lstrip("/")
            return f'"{hashlib.sha256(file.read_bytes()).hexdigest()}"' if file.is_file() else ""

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    handler = partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@contextmanager
def registry(program: Path, folder: Path) -> Generator[str]:
    """Run a real registry; yield its address once it listens."""
    config = folder / "registry.yaml"
    config.write_text(
        "version: 0.1\nlog: {level: info, accesslog: {disabled: true}}\n"
        "storage: {inmemory: {}}\nhttp: {addr: '127.0.0.1:0'}\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "OTEL_TRACES_EXPORTER": "none"}
    with subprocess.Popen(
        [program, "serve", config], stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            _, listens, address = line.partition("listening on ")
            if listens:
                break
        else:
            raise AssertionError("the registry did not start")
        drain = threading.Thread(target=process.stderr.read)
        drain.start()
        yield address.split('"')[0].strip()
        process.terminate()
        process.wait()
        drain.join()
