"""The file of backends: what is refused, where, and that a credential goes where it may only."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.prometheus.endpoint import Credential
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.settings import FILE, PrometheusFile, load_backends

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    return tmp_path / FILE


@pytest.mark.usefixtures("file")
def test_without_a_file_clusters_are_searched() -> None:
    assert load_backends() == PrometheusFile()
    assert load_backends().discovery


HTTPS = "https://p.example.com"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("url: ftp://x", "begins with https:// or http://"),
        ("url: 'https://'", "names a host"),
        ("url: https://reader:word@p.example.com", "a login is in username_env"),
        ("url: 'https://p.example.com?x=1'", "a host and a path only"),
        ("url: 'https://p.example.com:99999'", "the url is none"),
        ("url: http://p.example.com, bearer_token_env: T", "plain_http: true allows it"),
        ("url: http://p.example.com, tenant: a", "plain_http: true allows it"),
        (f"url: {HTTPS}, alertmanager_url: 'http://a.example.com', tenant: a", "alertmanager_url"),
        (f"url: {HTTPS}, username_env: U", "belong together"),
        (f"url: {HTTPS}, bearer_token_env: T, bearer_token_file: /t", "give one credential"),
        (f"url: {HTTPS}, key_file: /k", "key_file is the key of cert_file"),
        (f"url: {HTTPS}, tenant: 'a b'", "tenant"),
        (f"url: {HTTPS}, kind: influx", "kind"),
        (f"url: {HTTPS}, insecure: true", "insecure"),
        ("alertmanager_url: https://a.example.com", "url"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_right(file: Path, settings: str, said: str) -> None:
    file.write_text(f"backends: [{{name: main, {settings}}}]")
    with pytest.raises(InvalidInputError, match=FILE) as caught:
        load_backends()
    assert said in str(caught.value)
    assert "backends: [{name:" in caught.value.hint


def test_two_of_one_name_are_refused(file: Path) -> None:
    file.write_text(f"backends: [{{name: a, url: '{HTTPS}'}}, {{name: a, url: '{HTTPS}'}}]")
    with pytest.raises(InvalidInputError, match="two backends 'a'"):
        load_backends()


def test_on_this_machine_a_credential_needs_no_tls(file: Path) -> None:
    file.write_text("backends: [{name: a, url: 'http://127.0.0.1:9090/', bearer_token_env: T}]")
    (one,) = load_backends().backends
    assert one.endpoint().url == "http://127.0.0.1:9090"
    assert one.alertmanager() is None


def test_a_token_is_read_anew_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    credential = Credential(bearer_token_file=token)
    assert credential.authorization() == "Bearer first"
    token.write_text("second")
    assert credential.authorization() == "Bearer second"
    for odd in ("", "two\nlines", "ünicode"):
        token.write_text(odd)
        with pytest.raises(UnauthenticatedError, match="holds no token"):
            credential.authorization()
    token.unlink()
    with pytest.raises(UnauthenticatedError, match="cannot be read"):
        credential.authorization()
    monkeypatch.setenv("TOKEN", " third ")
    assert Credential("TOKEN").authorization() == "Bearer third"
    for odd in ("two\nlines", "ünicode", "a\tb"):
        monkeypatch.setenv("TOKEN", odd)
        with pytest.raises(UnauthenticatedError, match="'TOKEN' holds no token"):
            Credential("TOKEN").authorization()
    assert Credential().authorization() == ""


@pytest.fixture
def two(file: Path) -> None:
    file.write_text(
        "discovery: false\nbackends: [{name: a, url: 'https://a.example.com'},"
        " {name: b, url: 'https://b.example.com'}]"
    )


@pytest.mark.usefixtures("two")
async def test_a_backend_is_chosen_by_name_and_never_by_address(tmp_path: Path) -> None:
    monitoring = Monitoring(Clusters(tmp_path / "none"))
    found = await monitoring.reach(backend="b")
    assert (found.cluster, found.backend.endpoint.url) == ("b", "https://b.example.com")
    assert (await monitoring.reach(backend="b")).backend is found.backend
    assert "no alertmanager_url is configured" in found.no_alertmanager
    for name, said in (
        (None, "there are 2 backends, and none was named"),
        ("https://evil.example.com", "no backend 'https://evil.example.com' is configured"),
    ):
        with pytest.raises(NotFoundError, match=said) as caught:
            await monitoring.reach(backend=name)
        assert "a, b" in caught.value.hint
    await monitoring.aclose()


@pytest.mark.usefixtures("two")
async def test_a_look_at_the_whole_begins_with_the_first_and_tells_the_others(
    tmp_path: Path,
) -> None:
    monitoring = Monitoring(Clusters(tmp_path / "none"))
    found = await monitoring.reach(of_several=True)
    assert (found.backend.name, found.others) == ("a", ("b",))
    assert (await monitoring.reach(backend="b", of_several=True)).others == ()
    await monitoring.aclose()
