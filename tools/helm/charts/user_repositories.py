"""The repositories that the user added to their own helm: `helm repo add`."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.charts.repository import Kind, Repository
from clusterwright.tools.helm.client.environment import user_folder
from clusterwright.tools.helm.yaml_text import load
from clusterwright.tools.manifest import Manifest, items, text, truth

_LARGEST = 4 * 2**20


def user_repositories(settings: Mapping[str, str] = os.environ) -> list[Repository | Gap]:
    """Return the repositories of the user's helm; a Gap for what cannot be used, and why."""
    named = settings.get("HELM_REPOSITORY_CONFIG")
    path = Path(named) if named else user_folder(settings) / "repositories.yaml"
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return []
        read = load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, InvalidInputError) as error:
        return [Gap(what=str(path), reason=f"it cannot be read: {error}")]
    return [_repository(one, str(path)) for one in items(read, "repositories")]


def _repository(one: Manifest, origin: str) -> Repository | Gap:
    name, url = text(one, "name"), text(one, "url")
    split = urlsplit(url)
    if split.scheme not in {"http", "https"} or not split.hostname:
        return Gap(what=f"repository {name}", reason="its URL is not one of http or https")
    if truth(one, "insecure_skip_tls_verify"):
        return Gap(
            what=f"repository {name}",
            reason="it skips the check of certificates; give it a ca_file in charts.yaml",
        )
    user = text(one, "username") or unquote(split.username or "")
    password = text(one, "password") or unquote(split.password or "")
    plain = split._replace(netloc=split.netloc.rpartition("@")[2]).geturl()
    return Repository(
        name,
        Kind.CLASSIC,
        plain.rstrip("/"),
        plain_http=split.scheme == "http",
        ca_file=_file(one, "caFile"),
        cert_file=_file(one, "certFile"),
        key_file=_file(one, "keyFile"),
        login=(user, password) if user and password else None,
        login_elsewhere=truth(one, "pass_credentials_all"),
        origin=origin,
    )


def _file(one: Manifest, key: str) -> Path | None:
    named = text(one, key)
    return Path(named) if named else None
