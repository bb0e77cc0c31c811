"""Where state and settings are kept."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.trust.places import cache_dir, config_dir, keeping, made, state_dir

PLACES = [
    pytest.param(state_dir, "CLUSTERWRIGHT_STATE_DIR", "XDG_STATE_HOME", id="state"),
    pytest.param(config_dir, "CLUSTERWRIGHT_CONFIG_DIR", "XDG_CONFIG_HOME", id="settings"),
    pytest.param(cache_dir, "CLUSTERWRIGHT_CACHE_DIR", "XDG_CACHE_HOME", id="cache"),
]
Place = Callable[[], Path]


@pytest.mark.parametrize(("place", "variable", "_usual"), PLACES)
def test_a_folder_that_is_named_is_made_for_the_user_only(
    place: Place, variable: str, _usual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "deep" / "down"))
    assert made(place(), variable) == tmp_path / "deep" / "down"
    assert stat.S_IMODE(place().stat().st_mode) == 0o700


@pytest.mark.parametrize("place", [state_dir, config_dir])
def test_to_ask_where_state_and_settings_are_makes_no_folder(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STATE", "CONFIG"):
        monkeypatch.setenv(f"CLUSTERWRIGHT_{name}_DIR", str(tmp_path / "none"))
    assert not place().exists()


@pytest.mark.parametrize(("place", "variable", "usual"), PLACES)
@pytest.mark.parametrize("named", [None, ""])
def test_without_a_name_it_is_where_programs_of_the_user_keep_theirs(
    place: Place,
    variable: str,
    usual: str,
    named: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(variable, raising=False)
    if named is not None:
        monkeypatch.setenv(variable, named)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(usual, str(tmp_path / "usual"))
    assert place().is_relative_to(tmp_path)
    assert "clusterwright" in str(place().relative_to(tmp_path))
    assert stat.S_IMODE(made(place(), variable).stat().st_mode) == 0o700


@pytest.mark.parametrize(("place", "variable", "_usual"), PLACES)
def test_a_folder_that_is_there_stays_as_it_is(
    place: Place, variable: str, _usual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "policy.yaml").write_text("{}", encoding="utf-8")
    tmp_path.chmod(0o755)
    monkeypatch.setenv(variable, str(tmp_path))
    assert [one.name for one in made(place(), variable).iterdir()] == ["policy.yaml"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_folder_that_cannot_be_made_is_named_with_the_reason_and_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CLUSTERWRIGHT_CACHE_DIR", str(tmp_path / "file" / "down"))
    with pytest.raises(RefusedError, match=r"kept in '.*/file/down': Not a directory") as caught:
        cache_dir()
    assert "CLUSTERWRIGHT_CACHE_DIR" in caught.value.hint


def test_a_reason_without_a_number_is_told_as_it_is() -> None:
    with pytest.raises(RefusedError, match="'/x': it is full"), keeping(Path("/x"), "NAME"):
        raise OSError("it is full")
