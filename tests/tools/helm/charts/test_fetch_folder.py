"""Charts of a folder on this machine: archives and folders alike."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.helm.charts.fetch import fetch
from clusterwright.tools.helm.client.kept import digest_of
from tests.tools.helm.charts.conftest import Configure
from tests.tools.helm.charts.repositories import Helm

pytestmark = pytest.mark.anyio


@pytest.fixture
def local(tmp_path: Path, configure: Configure) -> Path:
    folder = tmp_path / "local"
    folder.mkdir()
    configure({"name": "local", "path": str(folder)})
    return folder


async def test_a_folder_is_packed_to_the_same_bytes_each_time(local: Path, by_hand: Helm) -> None:
    chart = by_hand.chart("plain", local)
    first = await fetch("local/plain")
    (chart / "values.yaml").touch()
    again = await fetch("local/plain")
    assert (first.digest, first.source, first.version) == (again.digest, str(chart), "0.3.0")
    (chart / "values.yaml").write_text("words: other\nnumber: 1\n", encoding="utf-8")
    changed = await fetch("local/plain")
    assert changed.digest != first.digest
    assert changed.changed == ""  # a folder that is worked in changes


async def test_what_is_ignored_is_not_packed(local: Path, by_hand: Helm) -> None:
    chart = by_hand.chart("plain", local)
    (chart / ".helmignore").write_text("notes/\n", encoding="utf-8")
    assert "notes/extra.txt" not in (await fetch("local/plain")).chart.files


async def test_an_archive_is_taken_as_it_is(local: Path, by_hand: Helm) -> None:
    archive = by_hand.package("shop", local)
    by_hand.package("shop", local, "--version=1.3.0-beta")
    found = await fetch("local/shop")
    assert (found.version, found.source) == ("1.2.0", str(archive))
    assert found.digest == digest_of(archive.read_bytes())
    assert (await fetch("local/shop", "1.3.0-beta")).version == "1.3.0-beta"


async def test_a_chart_that_lacks_what_it_depends_on_is_told(local: Path, by_hand: Helm) -> None:
    chart = by_hand.chart("shop", local)
    for file in sorted((chart / "charts").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    with pytest.raises(InvalidInputError, match="missing in charts/ directory: db") as error:
        await fetch("local/shop")
    assert "helm dependency build" in error.value.hint


async def test_what_is_there_is_told(local: Path, by_hand: Helm) -> None:
    by_hand.package("plain", local)
    with pytest.raises(NotFoundError, match="has no chart 'shop'") as error:
        await fetch("local/shop")
    assert error.value.hint == "it has plain 0.3.0"
    with pytest.raises(NotFoundError, match=r"has no chart 'plain' of version 1.0.0"):
        await fetch("local/plain", "1.0.0")


async def test_what_is_no_chart_does_not_count(local: Path, by_hand: Helm) -> None:
    by_hand.chart("plain", local)
    (local / "notes.txt").write_text("x", encoding="utf-8")
    (local / "broken.tgz").write_bytes(b"x")
    (local / "odd").mkdir()
    (local / "odd" / "Chart.yaml").write_text("a: [", encoding="utf-8")
    assert (await fetch("local/plain")).name == "plain"


async def test_a_folder_that_is_not_there_is_told(configure: Configure) -> None:
    configure({"name": "local", "path": "/nowhere/charts"})
    with pytest.raises(NotFoundError, match="'/nowhere/charts' of repository 'local' is not there"):
        await fetch("local/plain")


async def test_with_a_keyring_only_what_is_signed_is_taken(
    local: Path, by_hand: Helm, configure: Configure, keyring: Path
) -> None:
    configure({"name": "local", "path": str(local), "keyring": str(keyring)})
    archive = by_hand.package("plain", local)
    with pytest.raises(RefusedError, match="is not signed, and repository 'local' takes only"):
        await fetch("local/plain")
    by_hand.package(
        "plain", local, "--sign", "--key=shop", f"--keyring={keyring.parent / 'secret.gpg'}"
    )
    found = await fetch("local/plain")
    assert found.provenance.startswith("verified by shop <shop@example.com>, key ")
    beside = archive.with_name(f"{archive.name}.prov")
    beside.write_text(beside.read_text().replace("0.3.0", "0.3.1", 1), encoding="utf-8")
    with pytest.raises(RefusedError, match=r"the signature of plain-0.3.0.tgz does not verify"):
        await fetch("local/plain")
