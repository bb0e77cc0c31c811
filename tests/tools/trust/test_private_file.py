"""Files that only their owner may touch, and the refusal of others."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.trust.private_file import (
    create_private,
    read_own,
    read_private,
    replace_private,
    require_own,
    require_private,
)

READERS: list[Callable[[Path], bytes]] = [read_own, read_private]


def made(path: Path, mode: int = 0o600) -> Path:
    path.write_bytes(b"content")
    path.chmod(mode)
    return path


def test_a_new_file_is_whole_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "key"
    before = os.umask(0)
    try:
        assert create_private(path, b"content")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = made(tmp_path / "key")
    assert not create_private(path, b"other")
    assert path.read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    made(tmp_path / f".key.{os.getpid()}")
    assert create_private(tmp_path / "key", b"content")


def test_a_replaced_file_is_the_new_one_and_private(tmp_path: Path) -> None:
    path = made(tmp_path / "head", 0o644)
    replace_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_unfinished_replacement_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = made(tmp_path / "head")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_private(path, b"new")
    assert path.read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644, 0o777])
def test_a_secret_that_others_may_touch_is_refused_with_the_command_that_mends_it(
    mode: int, tmp_path: Path
) -> None:
    path = made(tmp_path / "key", mode)
    for refusing in (require_private, read_private):
        with pytest.raises(RefusedError, match="others than you may read or write it") as caught:
            refusing(path)
        assert f"chmod go= {path}" in caught.value.hint


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_setting_that_others_may_write_is_refused_with_the_command_that_mends_it(
    mode: int, tmp_path: Path
) -> None:
    path = made(tmp_path / "policy.yaml", mode)
    for refusing in (require_own, read_own):
        with pytest.raises(RefusedError, match="others than you may write it") as caught:
            refusing(path)
        assert f"chmod go-w {path}" in caught.value.hint


def test_a_setting_that_others_may_only_read_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "policy.yaml", 0o644)
    require_own(path)
    assert read_own(path) == b"content"


def test_a_secret_of_ones_own_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "key")
    require_private(path)
    assert read_private(path) == b"content"


@pytest.mark.parametrize("read", READERS)
def test_a_file_of_another_user_is_refused(
    read: Callable[[Path], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "key")
    if os.getuid() == 0:
        os.chown(path, 4711, -1)
    else:  # who cannot give a file away is somebody else instead
        monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(RefusedError, match="belongs to another user"):
        read(path)


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_is_not_there_is_named(read: Callable[[Path], bytes], tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no file"):
        read(tmp_path / "absent")


@pytest.mark.parametrize("read", READERS)
def test_what_is_no_file_is_named(read: Callable[[Path], bytes], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    with pytest.raises(InvalidInputError, match="folder' cannot be read: Is a directory"):
        read(folder)
