"""Where charts may come from: as it is configured, and from nowhere else."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import (
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnauthenticatedError,
)
from clusterwright.tools.helm.charts.repository import Kind, Repository
from clusterwright.tools.helm.charts.sources import load_sources
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.charts.conftest import Configure

STABLE: Manifest = {"name": "stable", "url": "https://charts.example.com/"}
APPS: Manifest = {"name": "apps", "url": "oci://r.example.com/charts", "charts": ["web", "a/b"]}
LOCAL: Manifest = {"name": "local", "path": "/srv/charts"}
USERS = """\
apiVersion: ""
generated: "0001-01-01T00:00:00Z"
repositories:
- {name: mine, url: "https://u:p@charts.example.org/x/", pass_credentials_all: true}
- {name: stable, url: "https://other.example.org"}
- {name: known, url: "http://plain.example.org", username: me, password: secret, caFile: /ca.pem}
- {name: careless, url: "https://c.example.org", insecure_skip_tls_verify: true}
- {name: odd, url: "s3://bucket"}
"""


def test_repositories_are_of_three_kinds(configure: Configure) -> None:
    configure(STABLE, APPS, LOCAL)
    assert load_sources().repositories == (
        Repository("stable", Kind.CLASSIC, "https://charts.example.com"),
        Repository("apps", Kind.OCI, "oci://r.example.com/charts", charts=("web", "a/b")),
        Repository("local", Kind.FOLDER, path=Path("/srv/charts")),
    )


def test_a_chart_is_named_by_its_repository(configure: Configure) -> None:
    configure(STABLE, APPS)
    sources = load_sources()
    assert sources.find("stable/web")[1] == "web"
    assert sources.find("apps/a/b") == (sources.repository("apps"), "a/b")


@pytest.mark.parametrize(
    "chart",
    [
        "https://evil.example.com/x.tgz",
        "oci://evil.example.com/x",
        "file:///etc/passwd",
        "/srv/charts/web",
        "./web",
        "../web",
        "~/web",
        "c:\\web",
    ],
)
def test_a_url_or_a_path_is_refused_with_what_is_configured(
    chart: str, configure: Configure
) -> None:
    configure(STABLE, LOCAL)
    with pytest.raises(InvalidInputError, match="is a URL or a path: charts come from") as error:
        load_sources().find(chart)
    assert "repositories: stable, local" in error.value.hint


@pytest.mark.parametrize("chart", ["web", "stable/", "stable/../x", "stable/a b", "stable/-x", ""])
def test_what_names_no_chart_is_refused(chart: str, configure: Configure) -> None:
    configure(STABLE)
    with pytest.raises(InvalidInputError, match="names no chart"):
        load_sources().find(chart)


def test_of_a_registry_only_the_charts_that_are_named(configure: Configure) -> None:
    configure(APPS)
    with pytest.raises(NotFoundError, match="the registry 'apps' has no chart 'db'") as error:
        load_sources().find("apps/db")
    assert "its charts: web, a/b" in error.value.hint


def test_an_unknown_repository_is_told_with_the_known(configure: Configure) -> None:
    configure(STABLE)
    with pytest.raises(NotFoundError, match="no repository 'bitnami'") as error:
        load_sources().find("bitnami/web")
    assert error.value.hint == "repositories: stable; helm_search_charts lists their charts"


def test_without_any_an_example_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as error:
        load_sources().find("stable/web")
    assert str(tmp_path / "settings" / "charts.yaml") in error.value.hint
    assert "oci://" in error.value.hint


@pytest.mark.parametrize(
    ("repository", "told"),
    [
        ({"name": "x"}, "either a url or a path"),
        ({"name": "x", "url": "https://a", "path": "/b"}, "either a url or a path"),
        ({"name": "x", "path": "b"}, "'b' is not absolute"),
        ({"name": "a/b", "url": "https://a"}, "repositories.0.name"),
        ({"name": "x", "url": "http://a"}, "http:// takes plain_http"),
        ({"name": "x", "url": "ftp://a"}, "begins with https:// or oci://"),
        ({"name": "x", "url": "https://u:p@a"}, "a login is in username_env"),
        ({"name": "x", "url": "oci://a/b"}, "cannot be searched: name its charts"),
        ({"name": "x", "url": "oci://a/b", "charts": ["../c"]}, "'../c' is no name of a chart"),
        ({"name": "x", "url": "https://a", "username_env": "U"}, "belong together"),
        (
            {**APPS, "username_env": "U", "password_env": "P"},
            "log in to a registry with helm registry login",
        ),
        ({"name": "x", "url": "https://a", "chart": []}, "there is no repositories.0.chart"),
    ],
)
def test_what_cannot_be_right_is_told_with_its_line(
    repository: Manifest, told: str, configure: Configure
) -> None:
    configure(repository)
    with pytest.raises(InvalidInputError, match="is not valid: line 2: ") as error:
        load_sources()
    assert told in str(error.value)
    assert "repositories: [{name: stable" in error.value.hint


def test_a_file_that_others_may_write_is_not_trusted(configure: Configure) -> None:
    configure(STABLE).chmod(0o666)
    with pytest.raises(RefusedError, match="others than you may write it"):
        load_sources()


def test_two_of_one_name_are_told(configure: Configure) -> None:
    configure(STABLE, STABLE)
    with pytest.raises(InvalidInputError, match="two repositories 'stable'"):
        load_sources()


def test_those_of_the_users_helm_count_after_ours(configure: Configure, tmp_path: Path) -> None:
    configure(STABLE)
    (tmp_path / "helm").mkdir()
    (tmp_path / "helm" / "repositories.yaml").write_text(USERS, encoding="utf-8")
    sources = load_sources()
    mine, known = sources.repository("mine"), sources.repository("known")
    assert [one.name for one in sources.repositories] == ["stable", "mine", "known"]
    assert (mine.place, mine.login, mine.login_elsewhere) == (
        "https://charts.example.org/x",
        ("u", "p"),
        True,
    )
    assert (known.login, known.plain_http, known.ca_file) == (
        ("me", "secret"),
        True,
        Path("/ca.pem"),
    )
    assert "secret" not in repr(sources)
    assert [(one.what, one.reason) for one in sources.gaps] == [
        (
            "repository careless",
            "it skips the check of certificates; give it a ca_file in charts.yaml",
        ),
        ("repository odd", "its URL is not one of http or https"),
    ]


def test_those_of_the_users_helm_may_be_left_out(configure: Configure, tmp_path: Path) -> None:
    configure(STABLE, helm_repositories=False)
    (tmp_path / "helm").mkdir()
    (tmp_path / "helm" / "repositories.yaml").write_text(USERS, encoding="utf-8")
    assert [one.name for one in load_sources().repositories] == ["stable"]


def test_an_odd_file_of_the_users_helm_costs_none_of_ours(
    configure: Configure, tmp_path: Path
) -> None:
    configure(STABLE)
    (tmp_path / "helm").mkdir()
    (tmp_path / "helm" / "repositories.yaml").write_text("a: [", encoding="utf-8")
    sources = load_sources()
    assert [one.name for one in sources.repositories] == ["stable"]
    assert "it cannot be read" in sources.gaps[0].reason


def test_a_login_comes_from_the_environment(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure({**STABLE, "username_env": "SHOP_USER", "password_env": "SHOP_PASSWORD"})
    repository = load_sources().repository("stable")
    monkeypatch.setenv("SHOP_USER", "me")
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    with pytest.raises(UnauthenticatedError, match="SHOP_USER and SHOP_PASSWORD, of which one"):
        repository.credentials()
    monkeypatch.setenv("SHOP_PASSWORD", "word")
    assert repository.credentials() == ("me", "word")
