"""One key for a store, whoever comes first."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.trust.store_key import store_key


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    key = store_key(tmp_path)
    assert len(key) == 32
    assert store_key(tmp_path) == key
    (path,) = tmp_path.iterdir()
    assert path.name == "store.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_store_has_a_key_of_its_own(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for one in folders:
        one.mkdir()
    assert len({store_key(one) for one in folders}) == 2


def test_who_loses_the_race_takes_the_winners_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_yet(_path: Path) -> bool:
        return False

    winner = store_key(tmp_path)
    with monkeypatch.context() as before_it_was_made:
        before_it_was_made.setattr(Path, "exists", not_yet)
        assert store_key(tmp_path) == winner
    assert store_key(tmp_path) == winner


def test_all_who_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    start = Barrier(8)

    def begin(_number: int) -> bytes:
        start.wait()
        return store_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(begin, range(8))) == {store_key(tmp_path)}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_touch_is_refused(mode: int, tmp_path: Path) -> None:
    store_key(tmp_path)
    (tmp_path / "store.key").chmod(mode)
    with pytest.raises(RefusedError, match="not trusted"):
        store_key(tmp_path)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_refused(size: int, tmp_path: Path) -> None:
    store_key(tmp_path)
    (tmp_path / "store.key").write_bytes(b"k" * size)
    with pytest.raises(RefusedError, match=f"has {size} bytes, and a key has 32") as caught:
        store_key(tmp_path)
    assert "move the whole folder away" in caught.value.hint
