"""The file prometheus.yaml: which backends there are, as whoever runs the server configured it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.capability import Flavor
from clusterwright.tools.prometheus.endpoint import Credential, Endpoint
from clusterwright.tools.trust.places import config_dir
from clusterwright.tools.trust.settings_file import load_settings

FILE = "prometheus.yaml"
EXAMPLE = "backends: [{name: main, cluster: prod, url: 'https://prometheus.example.com'}]"
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
_VARIABLE = r"^([A-Za-z_][A-Za-z0-9_]{0,99})?$"
_TENANT = r"^[A-Za-z0-9!._*'()|-]{0,150}$"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _there(value: object) -> object:
    """Return a path as one; `~` is the user's home."""
    return Path(value).expanduser() if isinstance(value, str) else value


FilePath = Annotated[Path | None, BeforeValidator(_there)]


class Prices(BaseModel):
    """What resources cost for an hour, in USD, where no OpenCost tells."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gpu: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default_factory=dict, description="By product, as NVIDIA-H100-80GB-HBM3"
    )
    cpu_core_hour: float = Field(default=0, ge=0, allow_inf_nan=False)
    memory_gib_hour: float = Field(default=0, ge=0, allow_inf_nan=False)


class BackendSetting(BaseModel):
    """A backend in prometheus.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME)
    cluster: str = Field(default="", description="The context that it knows metrics of")
    url: str
    alertmanager_url: str = ""
    kind: Flavor | None = Field(default=None, description="Where it does not tell itself")
    tenant: str = Field(default="", pattern=_TENANT, description="Of X-Scope-OrgID")
    bearer_token_env: str = Field(default="", pattern=_VARIABLE)
    bearer_token_file: FilePath = None
    username_env: str = Field(default="", pattern=_VARIABLE)
    password_env: str = Field(default="", pattern=_VARIABLE)
    ca_file: FilePath = None
    cert_file: FilePath = None
    key_file: FilePath = None
    plain_http: bool = Field(default=False, description="Whether credentials may go without TLS")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.username_env) != bool(self.password_env):
            raise ValueError("username_env and password_env belong together")
        if self.key_file and not self.cert_file:
            raise ValueError("key_file is the key of cert_file, which is not given")
        ways = (self.bearer_token_env, self.bearer_token_file, self.username_env)
        if sum(map(bool, ways)) > 1:
            raise ValueError("give one credential: a bearer token or username and password")
        self._check("url", self.url)
        if self.alertmanager_url:
            self._check("alertmanager_url", self.alertmanager_url)
        return self

    def _check(self, name: str, url: str) -> None:
        try:
            split = urlsplit(url)
            port = split.port
        except ValueError as error:
            raise ValueError(f"the {name} is none: {error}") from error
        if split.scheme not in {"http", "https"} or not split.hostname or port == 0:
            raise ValueError(f"the {name} begins with https:// or http:// and names a host")
        if split.query or split.fragment or split.username is not None:
            raise ValueError(f"the {name} has a host and a path only; a login is in username_env")
        open_ = split.scheme == "http" and split.hostname not in _LOOPBACK
        if open_ and (self.credential or self.tenant) and not self.plain_http:
            raise ValueError(
                f"the {name} has no TLS and a credential would be readable on the way;"
                " plain_http: true allows it"
            )

    @property
    def credential(self) -> Credential:
        """Where the credential is."""
        return Credential(
            self.bearer_token_env, self.bearer_token_file, self.username_env, self.password_env
        )

    def endpoint(self) -> Endpoint:
        """Return where the backend is."""
        return self._endpoint(self.url, "backend")

    def alertmanager(self) -> Endpoint | None:
        """Return where its Alertmanager is, with the same credential."""
        url = self.alertmanager_url
        return self._endpoint(url, "Alertmanager") if url else None

    def _endpoint(self, url: str, what: str) -> Endpoint:
        return Endpoint(
            self.name,
            url.rstrip("/"),
            self.credential,
            self.tenant,
            self.ca_file,
            self.cert_file,
            self.key_file,
            what,
        )


class PrometheusFile(BaseModel):
    """The file prometheus.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backends: tuple[BackendSetting, ...] = ()
    discovery: bool = Field(default=True, description="Whether backends are looked for in clusters")
    prices: Prices = Prices()


def load_backends() -> PrometheusFile:
    """Return what is configured; raise InvalidInputError that names the line that is wrong."""
    path = config_dir() / FILE
    if not path.is_file():
        return PrometheusFile()
    found = load_settings(path, PrometheusFile, BackendSetting, "list of backends", EXAMPLE)
    names = [one.name for one in found.backends]
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise InvalidInputError(
            f"{str(path)!r} names two backends {twice!r}", hint="give one another name"
        )
    return found
