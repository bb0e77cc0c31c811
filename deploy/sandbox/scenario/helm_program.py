"""Run the real Helm for a scenario: in folders of its own, to its end, to its death, or left."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import yaml

from clusterwright.deploy.sandbox.charts.chart import lay_out
from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.errors import HelmError
from clusterwright.deploy.sandbox.scenario.helm import Helm
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster

_SECONDS = 120.0
_SECONDS_BETWEEN_LOOKS = 0.2
_LONGEST_COMPLAINT = 600


def operate(cluster: Cluster, namespace: str, one: Helm) -> None:
    """Carry out one operation; raise HelmError if it does not end as it is declared to."""
    if one.run == "crds":
        said, _ = _ended(cluster, namespace, one)
        cluster.apply([crd for crd in yaml.safe_load_all(said) if crd])
        return
    for _ in range(one.times):
        if until := one.killed_after or one.left_after:
            _interrupted(cluster, namespace, one, until)
        else:
            _to_its_end(cluster, namespace, one)


def _to_its_end(cluster: Cluster, namespace: str, one: Helm) -> None:
    said, status = _ended(cluster, namespace, one)
    if one.fails and not status:
        raise _unlike(one, f"it went well, and should have said {one.fails!r}")
    if status and (not one.fails or one.fails not in said):
        raise _unlike(one, said)


def _ended(cluster: Cluster, namespace: str, one: Helm) -> tuple[str, int]:
    with _started(cluster, namespace, one) as (process, output):
        try:
            status = process.wait(_SECONDS)
        except subprocess.TimeoutExpired as error:
            _kill(process)
            raise _unlike(one, f"it did not end within {_SECONDS:.0f} s") from error
        return output(), status


def _interrupted(cluster: Cluster, namespace: str, one: Helm, until: Condition) -> None:
    """Wait until the condition holds while it runs; then kill it, or leave it."""
    with _started(cluster, namespace, one) as (process, output):
        deadline = time.monotonic() + _SECONDS
        while not until.holds(cluster.get([until.kind], namespace)):
            if process.poll() is not None or time.monotonic() > deadline:
                _kill(process)
                raise _unlike(one, f"before this held: {until}. {output()}")
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        if one.left_after:
            # Somebody has to take note of its end, for as long as this process lives.
            Thread(target=process.wait, daemon=True).start()
        elif process.poll() is None:
            _kill(process)
        else:
            raise _unlike(one, f"it ended before it could be killed. {output()}")


@contextmanager
def _started(
    cluster: Cluster, namespace: str, one: Helm
) -> Generator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """Yield the running program in a process group of its own, and what it has said so far."""
    program = cluster.helm(one.by)
    with TemporaryDirectory(prefix="clusterwright-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        log = folder / "output"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(program), *_arguments(cluster, namespace, one, folder)],
                env=_environment(folder, one),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        yield process, lambda: log.read_text("utf-8", errors="replace")


def _arguments(cluster: Cluster, namespace: str, one: Helm, folder: Path) -> list[str]:
    if one.run == "crds":
        return ["show", "crds", str(lay_out(one.chart, one.version, folder))]
    arguments: list[str] = [one.run, one.release]
    if one.run in {"install", "upgrade"}:
        chart = lay_out(one.chart, one.version, folder, padding_kib=one.padding_kib)
        values = folder / "values.yaml"
        values.write_text(yaml.safe_dump(one.values), encoding="utf-8")
        arguments += [str(chart), f"--values={values}"]
    if one.run == "rollback" and one.revision:
        arguments.append(str(one.revision))
    where = (f"--kubeconfig={cluster.kubeconfig}", f"--namespace={namespace}")
    return [*arguments, *where, *one.flags]


def _environment(folder: Path, one: Helm) -> dict[str, str]:
    """Return what Helm sees: no plugins, repositories or logins of whoever runs this."""
    own = {f"HELM_{name}_HOME": str(folder / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    return {
        **own,
        "HELM_DRIVER": one.driver,
        "HOME": str(folder),
        "PATH": os.environ.get("PATH", ""),
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _unlike(one: Helm, said: str) -> HelmError:
    return HelmError(
        f'"{one}": {said.strip()[-_LONGEST_COMPLAINT:]}',
        hint="an operation that should fail says so in scenario.yaml: fails",
    )
