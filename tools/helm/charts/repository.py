"""A place that charts come from, as whoever runs the server configured it: never a caller's URL."""

import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from clusterwright.tools.errors import UnauthenticatedError

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
CHART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,4}")
"""A chart's name in a repository; a registry may hold one deeper down."""


class Kind(StrEnum):
    """How charts are had from a place."""

    CLASSIC = "classic"
    """An `index.yaml` over HTTP, and archives beside it or elsewhere."""
    OCI = "oci"
    """A registry: no index, and nothing to search."""
    FOLDER = "folder"
    """Charts and archives in a folder of this machine."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One place of charts."""

    name: str
    kind: Kind
    url: str = ""
    """Of an index's folder, or `oci://host/path`; without a slash at the end."""
    path: Path | None = None
    """Of a folder."""
    charts: tuple[str, ...] = ()
    """Of a registry: the charts that there are, below its URL."""
    plain_http: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    keyring: Path | None = None
    """Public keys: every chart must be signed by one of them."""
    login: tuple[str, str] | None = field(default=None, repr=False)
    login_from: tuple[str, str] | None = None
    """The variables of the environment that hold user and password."""
    login_elsewhere: bool = False
    """Whether archives on other hosts get the login too, as Helm's --pass-credentials."""
    origin: str = "charts.yaml"
    """Where it is configured."""

    @property
    def place(self) -> str:
        """The URL or folder, as a reader is told it: without a login."""
        return str(self.path) if self.path else self.url

    def credentials(self) -> tuple[str, str] | None:
        """Return user and password; raise UnauthenticatedError where variables are not set."""
        if self.login_from is None:
            return self.login
        user, password = (os.environ.get(one, "") for one in self.login_from)
        if not user or not password:
            raise UnauthenticatedError(
                f"repository {self.name!r} takes its login from {' and '.join(self.login_from)},"
                " of which one is not set",
                hint="set both in the environment of the server",
            )
        return user, password


def _there(value: object) -> object:
    """Return a path as one; `~` is the user's home."""
    return Path(value).expanduser() if isinstance(value, str) else value


FilePath = Annotated[Path | None, BeforeValidator(_there)]


class RepositorySetting(BaseModel):
    """A repository in charts.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME)
    url: str = Field(default="", description="https://..., or oci://host/path")
    path: FilePath = Field(default=None, description="A folder of charts and archives")
    charts: tuple[str, ...] = Field(default=(), description="Of a registry: names of charts in it")
    plain_http: bool = False
    ca_file: FilePath = None
    cert_file: FilePath = None
    key_file: FilePath = None
    keyring: FilePath = None
    username_env: str = ""
    password_env: str = ""
    pass_credentials: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.url) == bool(self.path):
            raise ValueError("a repository has either a url or a path")
        if self.path and not self.path.is_absolute():
            raise ValueError(f"the path {str(self.path)!r} is not absolute")
        if bad := next((one for one in self.charts if not CHART_NAME.fullmatch(one)), None):
            raise ValueError(f"{bad!r} is no name of a chart")
        if bool(self.username_env) != bool(self.password_env):
            raise ValueError("username_env and password_env belong together")
        if self.url:
            self._check_url()
        return self

    def _check_url(self) -> None:
        url = urlsplit(self.url)
        if url.scheme not in {"https", "oci"} and not (url.scheme == "http" and self.plain_http):
            raise ValueError("the url begins with https:// or oci:// (http:// takes plain_http)")
        if not url.hostname or url.query or url.fragment or url.username or url.password:
            raise ValueError("the url has a host and a path only; a login is in username_env")
        if url.scheme == "oci" and not self.charts:
            raise ValueError("a registry cannot be searched: name its charts, as charts: [web]")
        if url.scheme == "oci" and self.username_env:
            raise ValueError("log in to a registry with helm registry login")

    def repository(self) -> Repository:
        """Return the repository that is meant."""
        scheme = urlsplit(self.url).scheme
        kind = Kind.FOLDER if self.path else Kind.OCI if scheme == "oci" else Kind.CLASSIC
        return Repository(
            self.name,
            kind,
            self.url.rstrip("/"),
            self.path,
            self.charts,
            self.plain_http,
            self.ca_file,
            self.cert_file,
            self.key_file,
            self.keyring,
            login_from=(self.username_env, self.password_env) if self.username_env else None,
            login_elsewhere=self.pass_credentials,
        )


class ChartsFile(BaseModel):
    """The file charts.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repositories: tuple[RepositorySetting, ...] = ()
    helm_repositories: bool = Field(
        default=True, description="Whether those of the user's own helm count as well"
    )
