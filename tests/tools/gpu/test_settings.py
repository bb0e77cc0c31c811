"""The file gpu.yaml: namespaces in which operands without owners count, or what is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.gpu.ownership import USUAL
from clusterwright.tools.gpu.read import estate_by_settings
from clusterwright.tools.gpu.settings import load_gpu_settings
from clusterwright.tools.snapshot import Snapshot

NOTHING = Snapshot("test", datetime(2026, 1, 1, tzinfo=UTC), {})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    return tmp_path / "gpu.yaml"


def write(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)


def test_without_a_file_the_usual_namespaces_count(file: Path) -> None:
    assert not file.exists()
    assert estate_by_settings(NOTHING).usual == USUAL


def test_namespaces_of_the_file_count_as_well(file: Path) -> None:
    write(file, "operand_namespaces: [gpu-plugins]\n")
    assert estate_by_settings(NOTHING).usual == USUAL | {"gpu-plugins"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("operand_namespaces: gpu-plugins", "line 1: operand_namespaces: should be a list"),
        ("operand_namespaces: [a, '*']", "not '*'"),
        ("namespaces: [a]", "there is no namespaces; there are operand_namespaces"),
        ("[", "is no YAML"),
    ],
)
def test_what_is_wrong_is_named(file: Path, content: str, said: str) -> None:
    write(file, content)
    with pytest.raises(InvalidInputError) as caught:
        load_gpu_settings()
    assert said in str(caught.value)


def test_a_file_that_others_may_write_is_not_believed(file: Path) -> None:
    write(file, "operand_namespaces: [mallory]")
    file.chmod(0o666)
    with pytest.raises(RefusedError):
        load_gpu_settings()
