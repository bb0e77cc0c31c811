"""Keys that a kubeconfig carries inline are on the disk for as long as one load takes."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.kubernetes.client.credentials import Credentials, load


def together(count: int, act: Callable[[], Credentials]) -> list[Credentials | Exception]:
    """Do something in many threads at once; return what each came to."""
    found: list[Credentials | Exception] = []
    gate = threading.Barrier(count)

    def run() -> None:
        gate.wait()
        try:
            found.append(act())
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def test_many_logins_with_the_same_keys_do_not_take_each_others_files(sandbox: Instance) -> None:
    for _ in range(20):
        for one in together(8, lambda: load(sandbox.kubeconfig, "")):
            assert isinstance(one, Credentials), one


def test_nothing_is_left_of_the_keys(
    sandbox: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    load(sandbox.kubeconfig, "")
    assert list(tmp_path.iterdir()) == []
