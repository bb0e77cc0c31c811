"""A real Prometheus and Alertmanager in which others have written wherever they can.

Labels, help texts, names of rules and groups, annotations, comments of silences, the status line of
a target that is down, and configuration: each holds a hostile text or a secret.
"""

import json
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import yaml

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.prometheus.changes.place import Held
from tests.tools.prometheus.changes.processes import free_port, program, running
from tests.trust.canary import Canary, issued, jwt, plain, word
from tests.trust.injections import INJECTIONS

_DEADLINE = 30.0
_LONGEST_NAME = 200
SECRETS: dict[str, Canary] = {
    "dsn": word(),
    "password": plain(),
    "token": issued("ghp_", 36),
    "bearer": jwt(),
    "help": word(),
    "annotation": word(),
    "rule": word(),
    "comment": word(),
    "parameter": word(),
    "basic": word(),
    "remote": word(),
    "status": word(),
    "hook": word(24),
    "label": plain(),
}
"""By the place where each is written."""


@dataclass(frozen=True)
class Planted:
    """Where both are."""

    prometheus: str
    alertmanager: Held


def quoted(text: str) -> str:
    """Return a text as the exposition format has it between quotes."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return f'"{escaped}"'


def exposition() -> str:
    """Return what the exporter tells: each text as a label, and in a help text."""
    lines = [
        "# TYPE shop_motto gauge",
        *(f"shop_motto{{motto={quoted(one.written)}}} 1" for one in INJECTIONS),
        "# TYPE shop_logins_total counter",
        f'shop_logins_total{{dsn="postgres://web:{SECRETS["dsn"].text}@db/shop"}} 1',
        f'shop_logins_total{{password="{SECRETS["password"].text}"}} 1',
        f'shop_logins_total{{note="{SECRETS["token"].text}"}} 1',
        f'shop_logins_total{{header="Authorization: Bearer {SECRETS["bearer"].text}"}} 1',
        f"# HELP shop_open Log in with password={SECRETS['help'].text} first.",
        "# TYPE shop_open gauge",
        "shop_open 1",
    ]
    for number, one in enumerate(INJECTIONS):
        told = one.written.replace("\\", "\\\\").replace("\n", "\\n")
        lines += [f"# HELP shop_told_{number} {told}", f"# TYPE shop_told_{number} gauge"]
        lines += [f"shop_told_{number} {number}"]
    for one in INJECTIONS:
        if "\n" not in one.written and len(one.written) < _LONGEST_NAME:
            name = quoted(f"shop {one.written}")
            lines += [f"# TYPE {name} gauge", f'{{{name}, {quoted(one.written)}="x"}} 1']
    return "\n".join((*lines, ""))


class _Exporter(BaseHTTPRequestHandler):
    """Tells metrics, or fails with a status line of its own making."""

    def read(self) -> None:
        place, _, number = self.path.partition("?")[0].strip("/").partition("/")
        if place == "metrics":
            body = exposition().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=1.0.0; escaping=allow-utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        said = f"password={SECRETS['status'].text} {INJECTIONS[int(number)].written}"
        line = said.replace("\n", " ").replace("\r", " ")[:300].encode()
        self.wfile.write(b"HTTP/1.1 500 " + line + b"\r\nContent-Length: 0\r\n\r\n")

    def log_message(self, *_words: object, **_named: object) -> None:
        """Say nothing of requests."""


def rules() -> Json:
    """Return rule files' content: alerts that fire, one that fails, one that never matches."""
    alerts: list[Manifest] = [
        {
            "alert": f"{one.written[:60]} {number}",
            "expr": f"shop_told_{number} > -1",
            "labels": {"severity": "warning", "team": one.written, "namespace": "default"},
            "annotations": {
                "summary": one.written,
                "description": f"password={SECRETS['annotation'].text} {one.written}",
                "runbook_url": f"https://runbooks.example/{one.written}",
            },
        }
        for number, one in enumerate(INJECTIONS)
    ]
    dsn = f"postgres://web:{SECRETS['rule'].text}@db/shop"
    odd: list[Manifest] = [
        {"alert": "Logins", "expr": "shop_logins_total > 0", "labels": {"namespace": "default"}},
        {"record": "shop:twice", "expr": 'label_replace(shop_motto, "motto", "x", "", "")'},
        {"record": "shop:never", "expr": f'shop_logins_total{{dsn="{dsn}"}} > 9'},
        {"record": "shop:absent", "expr": f'shop_gone_total{{note="{INJECTIONS[0].written}"}}'},
    ]
    return {"groups": [{"name": INJECTIONS[14].written, "rules": [*alerts, *odd]}]}


def configuration(exporter: str, alertmanager: str) -> Json:
    """Return the configuration of Prometheus, with credentials wherever it takes some."""
    broken = [
        {
            "job_name": f"broken-{number}",
            "metrics_path": f"/broken/{number}",
            "params": {"token": [SECRETS["parameter"].text]},
            "static_configs": [{"targets": [exporter], "labels": {"team": one.written[:500]}}],
        }
        for number, one in enumerate(INJECTIONS)
    ]
    itself = {
        "job_name": "shop",
        "basic_auth": {"username": "shop", "password": SECRETS["basic"].text},
        "static_configs": [
            {
                "targets": [exporter],
                "labels": {"namespace": "default", "access_key": SECRETS["label"].text},
            }
        ],
    }
    dropped = {
        "job_name": "dropped",
        "static_configs": [{"targets": [exporter], "labels": {"team": INJECTIONS[0].written}}],
        "relabel_configs": [{"source_labels": ["team"], "regex": "none", "action": "keep"}],
    }
    remote = f"http://web:{SECRETS['remote'].text}@127.0.0.1:1/write"
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [itself, dropped, *broken],
        "remote_write": [{"url": remote}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
    }


@contextmanager
def planted(folder: Path) -> Generator[Planted]:
    """Run both, and wait until all that was written has arrived."""
    with ExitStack() as stack:
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Exporter", (_Exporter,), {"do_GET": _Exporter.read})
        )
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        exporter = f"127.0.0.1:{server.server_address[1]}"
        held = stack.enter_context(_alertmanager(folder))
        at = f"127.0.0.1:{free_port()}"
        config = configuration(exporter, held.url.removeprefix("http://"))
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        (folder / "rules.yaml").write_text(yaml.safe_dump(rules()))
        argv = [
            str(program("prometheus")),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={at}",
        ]
        stack.enter_context(running(argv, f"http://{at}/-/ready", folder / "prometheus.log"))
        for one in silenced():
            held.post("silences", one)
        _wait(f"http://{at}", held)
        yield Planted(f"http://{at}", held)


def silenced() -> Iterator[Manifest]:
    """Yield a silence for each text, which says it, and what it is matched by."""
    for number, one in enumerate(INJECTIONS):
        yield {
            "matchers": [
                {"name": "team", "value": f"{one.written} {number}", "isRegex": False},
                {"name": "alertname", "value": "Nothing", "isRegex": False},
            ],
            "startsAt": "2020-01-01T00:00:00Z",
            "endsAt": "2099-01-01T00:00:00Z",
            "createdBy": one.written,
            "comment": f"password={SECRETS['comment'].text} {one.written}",
        }


@contextmanager
def _alertmanager(folder: Path) -> Generator[Held]:
    hook = f"http://127.0.0.1:1/hook/{SECRETS['hook'].text}"
    config = {
        "route": {"receiver": "hook", "group_wait": "1s"},
        "receivers": [{"name": "hook", "webhook_configs": [{"url": hook}]}],
    }
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{free_port()}"
    argv = [
        str(program("alertmanager")),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    with running(argv, f"{url}/-/ready", folder / "alertmanager.log"):
        yield Held(url)


def _wait(prometheus: str, held: Held) -> None:
    """Wait until every target was scraped, every rule was evaluated, and every alert has come."""
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        targets = httpx.get(f"{prometheus}/api/v1/targets").json()["data"]["activeTargets"]
        known = [one for one in targets if one["health"] != "unknown"]
        alerts: list[Manifest] = held.get("alerts")
        if len(known) > len(INJECTIONS) and len(alerts) >= len(INJECTIONS):
            return
        time.sleep(0.1)
    told = httpx.get(f"{prometheus}/api/v1/rules").json()["data"]
    raise AssertionError(json.dumps(told)[:2_000])
