"""What of a profile is to be different, as it is asked for."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskedChart(_Edit):
    """A Helm chart, in Sveltos' own words."""

    repositoryURL: str = Field(min_length=1, max_length=500)  # noqa: N815 - a field of the API
    repositoryName: str = Field(default="", max_length=200)  # noqa: N815
    chartName: str = Field(min_length=1, max_length=300)  # noqa: N815
    chartVersion: str = Field(min_length=1, max_length=100)  # noqa: N815
    releaseName: str = Field(min_length=1, max_length=53)  # noqa: N815
    releaseNamespace: str = Field(min_length=1, max_length=63)  # noqa: N815
    values: str | None = Field(default=None, max_length=60_000, description="YAML.")


class AskedPolicy(_Edit):
    """A ConfigMap or Secret of the management cluster that holds manifests."""

    kind: Literal["ConfigMap", "Secret"] = "ConfigMap"
    namespace: str = Field(min_length=1, max_length=63)
    name: str = Field(min_length=1, max_length=253)


class ProfileEdit(_Edit):
    """What of a profile is to be different; what is left out stays."""

    add_charts: tuple[AskedChart, ...] = Field(default=(), max_length=10)
    remove_charts: tuple[str, ...] = Field(
        default=(), max_length=10, description="namespace/name of their releases."
    )
    add_policies: tuple[AskedPolicy, ...] = Field(default=(), max_length=10)
    remove_policies: tuple[str, ...] = Field(
        default=(), max_length=10, description="Kind/namespace/name of each."
    )
    sync_mode: Literal["OneTime", "Continuous", "ContinuousWithDriftDetection", "DryRun"] | None = (
        None
    )
    selector: dict[str, Any] | None = Field(
        default=None, description='matchLabels and matchExpressions: {"matchLabels": {"a": "b"}}'
    )
