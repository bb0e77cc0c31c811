"""What a scenario does with the real Helm: operations on releases, and what became of records."""

from typing import Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from clusterwright.deploy.sandbox.scenario.card import Declared
from clusterwright.deploy.sandbox.scenario.condition import Condition

By: TypeAlias = Literal["helm", "helm3"]
Driver: TypeAlias = Literal["secret", "configmap"]
_FLAGS = (
    "cleanup-on-fail",
    "force-conflicts",
    "history-max",
    "keep-history",
    "no-hooks",
    "reset-values",
    "reuse-values",
    "set",
    "skip-schema-validation",
    "timeout",
    "wait",
)
"""What a scenario may ask of Helm; what names clusters, files and addresses is not among it."""


class Helm(Declared):
    """One operation: `helm upgrade cart` with a chart of ours, by Helm 4 or Helm 3."""

    run: Literal["install", "upgrade", "rollback", "uninstall", "crds"] = Field(
        description="crds: `helm show crds` of the chart, applied, as Helm itself never does."
    )
    release: str = Field(default="", description="Empty only for crds.")
    chart: str = Field(default="", description="One of deploy/sandbox/charts.")
    version: str = Field(default="", description="Of the chart; empty: its oldest.")
    padding_kib: int = Field(
        default=0, ge=0, description="Size of a file in the chart that cannot be compressed."
    )
    values: dict[str, Any] = Field(default_factory=dict)
    revision: int = Field(default=0, ge=0, description="To roll back to; 0: the one before.")
    by: By = "helm"
    driver: Driver = "secret"
    flags: tuple[str, ...] = Field(default=(), description="As --wait, --timeout=8s.")
    times: int = Field(default=1, ge=1, description="So many times, one after the other.")
    fails: str = Field(default="", description="It must fail, and say this.")
    killed_after: Condition | None = Field(
        default=None, description="It is killed with its process group once this holds."
    )
    left_after: Condition | None = Field(
        default=None, description="It is left to go on once this holds; removing ends it."
    )

    @field_validator("flags")
    @classmethod
    def _are_allowed(cls, flags: tuple[str, ...]) -> tuple[str, ...]:
        for one in flags:
            name = one.removeprefix("--").partition("=")[0]
            if not one.startswith("--") or name not in _FLAGS:
                raise ValueError(f"{one!r} is none of --{', --'.join(_FLAGS)}")
        return flags

    @model_validator(mode="after")
    def _is_whole(self) -> "Helm":
        if self.run in {"install", "upgrade", "crds"} and not self.chart:
            raise ValueError(f"helm {self.run} takes a chart")
        if self.run != "crds" and not self.release:
            raise ValueError(f"helm {self.run} takes a release")
        if sum(map(bool, (self.fails, self.killed_after, self.left_after))) > 1:
            raise ValueError("an operation fails, is killed or is left: one of these")
        return self

    def __str__(self) -> str:
        """Return what is run, in a few words."""
        return f"{self.by} {self.run} {self.release or self.chart}"


class Record(Declared):
    """What a release record looks like after what takes a crash, or hours, to come about."""

    release: str
    revision: int = Field(ge=1)
    status: str = Field(default="", description="Put into its label and its payload.")
    hours_ago: int = Field(default=0, ge=0, description="How long ago it was written.")
    driver: Driver = "secret"
