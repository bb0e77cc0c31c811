"""Real backends: the oldest Prometheus and Alertmanager that are supported, and the newest."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from tests.tools.prometheus.answering import One
from tests.tools.prometheus.changes.processes import free_port, program, running
from tests.tools.prometheus.debian import unpacked
from tests.tools.prometheus.ruled import Ruled, ruled, settle

_SCRAPING = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
scrape_configs:
- job_name: itself
  {more}
  static_configs: [{{targets: ['{address}']}}]
"""
_NOTIFYING = """
route: {receiver: nobody}
receivers:
- name: nobody
  webhook_configs: [{url: 'http://127.0.0.1:1/hook/Sh4redK3yOfTheHook'}]
"""
MOST_SAMPLES = 2_000_000
"""Of a query of the Prometheuses here, so that one of too many costs no test seconds."""


def _prometheus(executable: Path, folder: Path, more: str = "") -> Iterator[str]:
    address = f"127.0.0.1:{free_port()}"
    config = folder / "prometheus.yml"
    config.write_text(_SCRAPING.format(address=address, more=more))
    argv = [
        str(executable),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        f"--query.max-samples={MOST_SAMPLES}",
    ]
    with running(argv, f"http://{address}/-/ready", folder / "log"):
        yield f"http://{address}"


@pytest.fixture(scope="session")
def prometheus_242(prometheus_316: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Prometheus 2.42, which scrapes itself each second.

    It starts beside the other, so that the seconds until the first scrape pass for both.
    """
    assert prometheus_316
    executable = unpacked() / "usr/bin/prometheus"
    yield from _prometheus(executable, tmp_path_factory.mktemp("prometheus-2.42"))


@pytest.fixture(scope="session")
def prometheus_316(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Prometheus 3.16, which scrapes itself, native histograms included."""
    folder = tmp_path_factory.mktemp("prometheus-3.16")
    yield from _prometheus(program("prometheus"), folder, "scrape_native_histograms: true")


@pytest.fixture(scope="session")
def newest_alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of the newest Alertmanager; what is made in it is its maker's to end."""
    folder = tmp_path_factory.mktemp("alertmanager")
    argv, url = _alertmanager(program("alertmanager"), folder)
    with running(argv, f"{url}/-/ready", folder / "log"):
        yield url


@pytest.fixture(scope="session")
def oldest_alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of the Alertmanager of Debian, which wants its templates where it says."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("its templates can be put where it looks for them by root only")
    folder, root = tmp_path_factory.mktemp("alertmanager-0.25"), unpacked()
    argv, url = _alertmanager(root / "usr/bin/prometheus-alertmanager", folder)
    over = f"mount -t overlay overlay -o lowerdir={root}/usr/share:/usr/share /usr/share"
    wrapped = ["unshare", "--mount", "sh", "-c", f'{over} && exec "$@"', "sh", *argv]
    with running(wrapped, f"{url}/-/ready", folder / "log"):
        yield url


def _alertmanager(executable: Path, folder: Path) -> tuple[list[str], str]:
    config = folder / "alertmanager.yml"
    config.write_text(_NOTIFYING)
    address = f"127.0.0.1:{free_port()}"
    argv = [
        str(executable),
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    return argv, f"http://{address}"


@pytest.fixture(scope="session")
def all_ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ruled]]:
    """Start the oldest and the newest Prometheus with rules at a time: each takes seconds."""
    programs = {"newest": program("prometheus"), "oldest": unpacked() / "usr/bin/prometheus"}
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(ruled(tmp_path_factory.mktemp(f"ruled-{name}"), executable))
            for name, executable in programs.items()
        }
        for one in found.values():
            settle(one)
        yield found


@pytest.fixture(params=["oldest", "newest"])
async def watched(
    request: pytest.FixtureRequest, all_ruled: dict[str, Ruled]
) -> AsyncIterator[One]:
    """Return each of two real Prometheuses with rules and targets, and its Alertmanager."""
    found = all_ruled[request.param]
    backend = Backend(Endpoint("main", found.prometheus))
    alertmanager = Alertmanager(Endpoint("manager", found.alertmanager))
    yield One(backend, alertmanager)
    await backend.aclose()
    await alertmanager.aclose()


@pytest.fixture
async def oldest(prometheus_242: str) -> AsyncIterator[Backend]:
    made = Backend(Endpoint("oldest", prometheus_242))
    yield made
    await made.aclose()


@pytest.fixture
async def newest(prometheus_316: str) -> AsyncIterator[Backend]:
    made = Backend(Endpoint("newest", prometheus_316))
    yield made
    await made.aclose()


@pytest.fixture(params=["oldest", "newest"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Return each of the two real backends."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["oldest_alertmanager", "newest_alertmanager"])
async def real_alertmanager(request: pytest.FixtureRequest) -> AsyncIterator[Alertmanager]:
    """Return each of the two real Alertmanagers."""
    made = Alertmanager(Endpoint("real", request.getfixturevalue(request.param)))
    yield made
    await made.aclose()
