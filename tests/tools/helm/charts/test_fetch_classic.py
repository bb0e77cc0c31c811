"""Charts of a classic repository: by their digest, from where the index says, and nothing else."""

import base64
import json
from pathlib import Path

import pytest

from clusterwright.tools.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.helm.charts.fetch import fetch
from clusterwright.tools.helm.client.kept import digest_of
from tests.tools.helm.charts.conftest import Configure
from tests.tools.helm.charts.repositories import Helm, Served, served

pytestmark = pytest.mark.anyio


@pytest.fixture
def stable(classic: Served, configure: Configure) -> Served:
    configure({"name": "stable", "url": classic.url, "plain_http": True})
    return classic


async def test_a_chart_is_fetched_with_its_digest(stable: Served) -> None:
    found = await fetch("stable/shop", "1.2.0")
    packed = (stable.folder / "shop-1.2.0.tgz").read_bytes()
    assert (found.name, found.version, found.digest) == ("shop", "1.2.0", digest_of(packed))
    assert found.archive.read_bytes() == packed
    assert found.source == f"{stable.url}/shop-1.2.0.tgz"
    assert (found.provenance, found.changed) == ("not signed", "")


async def test_the_newest_stable_version_is_the_default(stable: Served) -> None:
    assert (await fetch("stable/shop")).version == "1.2.0"
    assert (await fetch("stable/shop", "1.10.0-rc.1")).version == "1.10.0-rc.1"


async def test_an_archive_that_is_here_is_not_fetched_again(stable: Served) -> None:
    first = await fetch("stable/shop", "1.2.0")
    stable.asked.clear()
    assert (await fetch("stable/shop", "1.2.0")).digest == first.digest
    assert stable.asked == ["/index.yaml"]


async def test_a_pinned_one_that_is_here_takes_nobody_elses_word(stable: Served) -> None:
    first = await fetch("stable/shop", "1.2.0")
    stable.asked.clear()
    again = await fetch("stable/shop", "1.2.0", pinned=first.digest)
    assert (again.digest, again.archive, stable.asked) == (first.digest, first.archive, [])


async def test_a_kept_archive_that_was_changed_is_fetched_again(stable: Served) -> None:
    first = await fetch("stable/shop", "1.2.0")
    first.archive.write_bytes(b"other")
    again = await fetch("stable/shop", "1.2.0", pinned=first.digest)
    assert digest_of(again.archive.read_bytes()) == first.digest


@pytest.mark.parametrize("etags", [True, False])
async def test_an_index_is_read_once_while_it_is_the_same(stable: Served, etags: bool) -> None:
    stable.etags = etags
    await fetch("stable/plain")
    (stable.folder / "index.yaml").touch()
    assert (await fetch("stable/plain")).version == "0.3.0"
    index = stable.folder / "index.yaml"
    index.write_text(index.read_text().replace("name: plain", "name: plain\n    created: x"))
    assert (await fetch("stable/plain")).version == "0.3.0"


async def test_an_archive_that_is_not_what_the_index_says_is_refused(stable: Served) -> None:
    archive = stable.folder / "plain-0.3.0.tgz"
    archive.write_bytes((stable.folder / "shop-1.2.0.tgz").read_bytes())
    with pytest.raises(RefusedError, match=r"has the digest sha256:.* the index of 'stable' says"):
        await fetch("stable/plain")


async def test_a_version_that_was_published_anew_is_told_each_time(
    stable: Served, by_hand: Helm, tmp_path: Path
) -> None:
    first = await fetch("stable/plain", "0.3.0")
    changed = by_hand.chart("plain", tmp_path)
    (changed / "values.yaml").write_text("words: changed\nnumber: 1\n", encoding="utf-8")
    by_hand.package(changed, stable.folder)
    by_hand("repo", "index", stable.folder)
    for _ in range(2):
        again = await fetch("stable/plain", "0.3.0")
        assert again.digest != first.digest
        assert again.changed == (
            f"plain 0.3.0 is not what it was: its archive had the digest {first.digest} before,"
            f" and has {again.digest} now"
        )


async def test_a_pinned_one_that_is_not_to_be_had_any_more_is_a_conflict(
    stable: Served, by_hand: Helm
) -> None:
    with pytest.raises(ConflictError, match=r"has the digest sha256:.*, not sha256:00 any more"):
        await fetch("stable/plain", "0.3.0", pinned="sha256:00")


async def test_an_archive_of_another_chart_is_refused(stable: Served) -> None:
    index = stable.folder / "index.yaml"
    index.write_text(index.read_text().replace("- shop-1.2.0.tgz", "- plain-0.3.0.tgz"))
    written = index.read_text().splitlines()
    index.write_text("\n".join(one for one in written if "digest:" not in one))
    with pytest.raises(RefusedError, match=r"stable/shop 1.2.0 holds another chart: plain 0.3.0"):
        await fetch("stable/shop", "1.2.0")


async def test_an_unknown_version_is_told_with_the_newest(stable: Served) -> None:
    with pytest.raises(NotFoundError, match=r"stable/shop has no version '9.9.9'") as error:
        await fetch("stable/shop", "9.9.9")
    assert error.value.hint == "newest: 1.10.0-rc.1, 1.2.0"
    with pytest.raises(NotFoundError, match="has no chart 'nothing'"):
        await fetch("stable/nothing")


async def test_a_login_goes_to_its_own_host_only(
    classic: Served, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Archives of an index may be anywhere, as those on a page of releases."""
    login = f"Basic {base64.b64encode(b'me:word').decode()}"
    classic.wants_login = login
    names = {"username_env": "SHOP_USER", "password_env": "SHOP_PASSWORD"}
    own = {"name": "own", "url": classic.url, "plain_http": True, **names}
    configure(own)
    monkeypatch.setenv("SHOP_USER", "me")
    monkeypatch.setenv("SHOP_PASSWORD", "wrong")
    with pytest.raises(UnauthenticatedError, match="wants a login, or refuses the one it got"):
        await fetch("own/plain")
    monkeypatch.setenv("SHOP_PASSWORD", "word")
    await fetch("own/plain")
    with served(tmp_path / "classic") as elsewhere:
        classic.moved["/shop-1.2.0.tgz"] = f"{elsewhere.url}/shop-1.2.0.tgz"
        await fetch("own/shop", "1.2.0")
        assert elsewhere.logins == [None]
        assert set(classic.logins[2:]) == {login}
        configure(own | {"pass_credentials": True})
        (tmp_path / "cache" / "helm" / "charts").rename(tmp_path / "gone")
        await fetch("own/shop", "1.2.0")
        assert elsewhere.logins[-1] == login


async def test_a_redirect_to_what_is_no_https_is_not_followed(
    stable: Served, configure: Configure
) -> None:
    stable.moved["/index.yaml"] = "ftp://example.com/index.yaml"
    with pytest.raises(UnreachableError, match="without TLS, which was not asked for"):
        await fetch("stable/plain")
    stable.moved["/index.yaml"] = "/index.yaml"
    with pytest.raises(UnreachableError, match="redirects without end"):
        await fetch("stable/plain")


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("a: [", "it is no YAML"),
        ("<html>", "neither apiVersion nor entries"),
        ("apiVersion: v1\nentries: {shop: [{version: odd}]}", "has no chart 'shop'"),
        ("apiVersion: v1\nentries: {shop: [{version: 1.0.0}]}", "names no place for shop 1.0.0"),
        (json.dumps({"entries": {"shop": [None, 3, {"version": "1"}]}}), "names no place for"),
    ],
)
async def test_an_odd_index_is_told(stable: Served, index: str, told: str) -> None:
    (stable.folder / "index.yaml").write_text(index, encoding="utf-8")
    with pytest.raises((InvalidInputError, NotFoundError), match=told):
        await fetch("stable/shop")


async def test_a_repository_that_is_not_there_is_told(configure: Configure) -> None:
    configure({"name": "gone", "url": "http://127.0.0.1:1", "plain_http": True})
    with pytest.raises(UnreachableError, match=r"127.0.0.1:1 cannot be reached"):
        await fetch("gone/shop")


async def test_a_chart_that_is_signed_is_told_as_not_verified_without_a_keyring(
    stable: Served,
) -> None:
    (stable.folder / "plain-0.3.0.tgz.prov").write_text("signed", encoding="utf-8")
    found = await fetch("stable/plain")
    assert found.provenance == "signed, not verified: no keyring is configured"
