"""Where tokens are kept between commands."""

import stat
from pathlib import Path

import anyio
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import AnyUrl

from clusterwright.agents.sign_in.tokens import KeptTokens

TOKENS = OAuthToken.model_validate({"access_token": "a", "refresh_token": "r"})
CLIENT = OAuthClientInformationFull(
    client_id="c", redirect_uris=[AnyUrl("http://127.0.0.1:4711/callback")]
)


async def keep(kept: KeptTokens) -> None:
    await kept.set_tokens(TOKENS)
    await kept.set_client_info(CLIENT)


def test_what_is_kept_outlives_the_program(tmp_path: Path) -> None:
    anyio.run(keep, KeptTokens("https://host/mcp", tmp_path))
    later = KeptTokens("https://host/mcp", tmp_path)
    assert anyio.run(later.get_tokens) == TOKENS
    assert anyio.run(later.get_client_info) == CLIENT
    assert later.port() == 4711


def test_each_server_has_tokens_of_its_own(tmp_path: Path) -> None:
    anyio.run(keep, KeptTokens("https://host/mcp", tmp_path))
    for other in ("https://host/other", "https://host:8443/mcp", "http://host/mcp"):
        assert anyio.run(KeptTokens(other, tmp_path).get_tokens) is None


def test_only_the_user_may_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "sign-ins"
    anyio.run(keep, KeptTokens("https://host/mcp", folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_rubbish_means_another_sign_in(tmp_path: Path) -> None:
    kept = KeptTokens("https://host/mcp", tmp_path)
    anyio.run(keep, kept)
    (path,) = tmp_path.iterdir()
    path.write_text("{", encoding="utf-8")
    assert anyio.run(kept.get_tokens) is None
    anyio.run(keep, kept)
    assert anyio.run(kept.get_tokens) == TOKENS
