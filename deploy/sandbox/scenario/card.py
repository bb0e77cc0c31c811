"""What a scenario declares of itself, the same for every seed."""

from typing import Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.deploy.sandbox.scenario.template import Scalar

Domain: TypeAlias = Literal["kubernetes", "cluster_api", "helm", "prometheus", "gpu"]
DOMAINS: tuple[Domain, ...] = get_args(Domain)
Needs: TypeAlias = Literal["node", "control-plane", "cluster-api", "prometheus", "gpu"]


class Declared(BaseModel):
    """A part of scenario.yaml: immutable, and nothing in it that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Card(Declared):
    """The part of scenario.yaml that is the same for every seed."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    domain: Domain
    kind: Literal["fault", "trap"]
    simulated: str = Field(default="", description="What is simulated; empty: nothing is.")
    imitates: str = Field(default="", description="The source that the simulated part imitates.")
    written_by: str = Field(
        default="", description="Which controller wrote the status that tells, and its version."
    )
    by_hand: bool = Field(
        default=False, description="The scenario itself writes that status; no controller does."
    )
    needs: Needs
    scope: Literal["namespaced", "cluster"]
    told_within: int = Field(
        default=0,
        description="Seconds after which it must be told, where that takes longer than usual: what"
        " a controller may yet do by itself is no fault for some minutes.",
    )
    repair: Literal["fixed", "asks", "refused", "left"] | None = Field(
        default=None,
        description="What a safe repair does with a fault: repair it, ask for a value that only a"
        " person knows, refuse because the change belongs elsewhere, or leave it to a person.",
    )
    repair_says: str = Field(default="", description="Text that its refusal or question must hold.")
    repaired_by: str = Field(
        default="", description="The change of the Cluster API server that repairs it, if one does."
    )
    draw: dict[str, tuple[Scalar, ...]] = Field(default_factory=dict[str, tuple[Scalar, ...]])
    broken: dict[str, Scalar] = Field(
        default_factory=dict[str, Scalar], description="Values that only breaking uses."
    )
    healed: dict[str, Scalar] = Field(
        default_factory=dict[str, Scalar], description="What the cure puts in their place."
    )

    @property
    def real(self) -> bool:
        """Return whether nothing in it is simulated."""
        return not self.simulated
