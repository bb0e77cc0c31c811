"""Charts of a real registry, pulled by the real helm."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import NotFoundError, UnreachableError
from clusterwright.tools.helm.charts.fetch import fetch
from clusterwright.tools.helm.client.kept import digest_of
from tests.tools.helm.charts.conftest import Configure
from tests.tools.helm.charts.repositories import Helm

pytestmark = pytest.mark.anyio


@pytest.fixture
def apps(registry_address: str, configure: Configure, request: pytest.FixtureRequest) -> str:
    """Configure a part of the registry that no other test knows."""
    url = f"oci://{registry_address}/{request.node.name.replace('_', '-')[:60]}"
    charts = ["plain", "shop", "nothing"]
    configure({"name": "apps", "url": url, "charts": charts, "plain_http": True})
    return url


def push(by_hand: Helm, archive: Path, url: str) -> None:
    by_hand("push", "--plain-http", archive, url)


async def test_a_chart_is_pulled_with_the_digest_of_its_manifest(
    apps: str, by_hand: Helm, tmp_path: Path
) -> None:
    archive = by_hand.package("plain", tmp_path, "--version=0.3.0+build.5")
    push(by_hand, archive, apps)
    found = await fetch("apps/plain", "0.3.0+build.5")
    assert found.archive.read_bytes() == archive.read_bytes()
    assert (found.name, found.version) == ("plain", "0.3.0+build.5")
    assert found.digest == digest_of(archive.read_bytes())
    url, _, manifest = found.source.partition("@")
    assert url == f"{apps}/plain"
    assert manifest.startswith("sha256:")
    assert manifest != found.digest
    assert found.provenance == "not signed"


async def test_the_newest_stable_version_is_the_default(
    apps: str, by_hand: Helm, tmp_path: Path
) -> None:
    for version in ("0.9.0", "0.10.0", "1.0.0-rc.1"):
        push(by_hand, by_hand.package("plain", tmp_path, f"--version={version}"), apps)
    assert (await fetch("apps/plain")).version == "0.10.0"


async def test_a_tag_that_was_moved_is_told(apps: str, by_hand: Helm, tmp_path: Path) -> None:
    push(by_hand, by_hand.package("plain", tmp_path / "a"), apps)
    first = await fetch("apps/plain", "0.3.0")
    changed = by_hand.chart("plain", tmp_path)
    (changed / "values.yaml").write_text("words: changed\nnumber: 1\n", encoding="utf-8")
    push(by_hand, by_hand.package(changed, tmp_path / "b"), apps)
    again = await fetch("apps/plain", "0.3.0")
    assert again.digest != first.digest
    assert first.digest in again.changed
    assert (await fetch("apps/plain", "0.3.0", pinned=first.digest)).digest == first.digest


async def test_what_is_not_there_is_told_with_what_helm_says(apps: str) -> None:
    with pytest.raises(NotFoundError, match=f"{apps}/nothing 1.0.0 cannot be pulled: .*not found"):
        await fetch("apps/nothing", "1.0.0")
    with pytest.raises(NotFoundError, match="cannot be pulled"):
        await fetch("apps/nothing")


async def test_a_registry_that_is_not_there_is_told(configure: Configure) -> None:
    configure({"name": "gone", "url": "oci://127.0.0.1:1/x", "charts": ["web"]})
    with pytest.raises(UnreachableError, match="cannot be pulled"):
        await fetch("gone/web", "1.0.0")
