"""What a scenario declares, and what one seed makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.draw import draw
from clusterwright.deploy.sandbox.scenario.template import Scalar, fill
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Manifest, mapping, text
from clusterwright.tools.ref import Ref

MARK = {"sandbox.clusterwright.io/made": "yes"}
"""The one label that the sandbox adds, to what is deleted afterwards. It says no more than that."""

CLUSTER_SCOPED = frozenset(
    {
        "CustomResourceDefinition",
        "IngressClass",
        "Namespace",
        "Node",
        "PersistentVolume",
        "StorageClass",
        "ValidatingWebhookConfiguration",
    }
)


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Truth(_Declared):
    """A finding that must be reported, and what may be reported because of it."""

    code: str = Field(pattern=r"^[a-z]+/[a-z-]+$")
    subject: Ref
    evidence: str = Field(default="", description="Text that the finding's evidence must hold.")
    symptoms: tuple[Ref, ...] = Field(default=(), description="Broken only because of `subject`.")
    also_allowed: tuple[str, ...] = Field(
        default=(), description="Other codes on `subject` that say the same less precisely."
    )


class Step(_Declared):
    """Objects to delete and to apply, and when the next step may follow."""

    remove: tuple[Ref, ...] = ()
    apply: str = Field(default="", description="A file beside scenario.yaml.")
    until: tuple[Condition, ...] = ()


class Play(_Declared):
    """The part of scenario.yaml that names objects, filled with one seed's values."""

    images: tuple[str, ...] = Field(default=(), description="Pushed to the sandbox's registry.")
    steps: tuple[Step, ...] = (Step(apply="objects.yaml"),)
    developed: tuple[Condition, ...] = Field(min_length=1)
    truth: tuple[Truth, ...] = ()
    heal: Step = Step(apply="objects.yaml")
    repaired: tuple[Condition, ...] = Field(
        default=(), description="What any right repair brings about; default: as after `heal`."
    )


class Card(_Declared):
    """The part of scenario.yaml that is the same for every seed."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    domain: Literal["kubernetes"]
    kind: Literal["fault", "trap"]
    simulated: str = Field(default="", description="What is simulated; empty: nothing is.")
    imitates: str = Field(default="", description="The source that the simulated part imitates.")
    needs: Literal["node", "control-plane"]
    scope: Literal["namespaced", "cluster"]
    repair: Literal["fixed", "asks", "refused", "left"] | None = Field(
        default=None,
        description="What a safe repair does with a fault: repair it, ask for a value that only a"
        " person knows, refuse because the change belongs elsewhere, or leave it to a person.",
    )
    repair_says: str = Field(default="", description="Text that its refusal must hold.")
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


@dataclass(frozen=True)
class Stage:
    """One step with its objects in hand."""

    remove: tuple[Ref, ...]
    apply: tuple[Manifest, ...]
    until: tuple[Condition, ...]


@dataclass(frozen=True)
class Rendered:
    """One scenario under one seed: ready to be applied, and what is true about it."""

    card: Card
    seed: int
    namespace: str
    images: tuple[str, ...]
    stages: tuple[Stage, ...]
    truth: tuple[Truth, ...]
    cure: Stage
    repaired: tuple[Condition, ...]
    """Conditions that any right repair brings about."""

    @property
    def name(self) -> str:
        """Return the scenario's name."""
        return self.card.name

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces that are the scenario's own."""
        return (self.namespace,)

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """Return everything that breaking applies, in order."""
        return tuple(one for stage in self.stages for one in stage.apply)

    @property
    def developed(self) -> tuple[Condition, ...]:
        """Return the conditions under which the fault, or the trap, is really there."""
        return self.stages[-1].until

    @property
    def healed(self) -> tuple[Condition, ...]:
        """Return the conditions under which the cure has worked; none for a trap."""
        return self.cure.until

    @property
    def has_cure(self) -> bool:
        """Return whether there is anything to heal: a fault has a cure, a trap needs none."""
        return self.card.kind == "fault"


@dataclass(frozen=True)
class Scenario:
    """A folder under scenarios/: its card, its play still with `${names}`, and its manifests."""

    card: Card
    play: Manifest
    files: Mapping[str, tuple[Manifest, ...]]

    @property
    def name(self) -> str:
        """Return the folder's name."""
        return self.card.name

    def render(self, seed: int) -> Rendered:
        """Return the scenario with every name, image, port and label drawn from `seed`."""
        drawn = draw(self.name, seed, self.card.draw)
        values = drawn | fill(self.card.broken, drawn)
        cured = drawn | fill(self.card.healed, drawn)
        namespace = str(values["ns"])
        play = Play.model_validate(fill(self.play, values))
        stages = [self._stage(step, values) for step in play.steps]
        first = (_namespace(namespace), *stages[0].apply)
        stages[0] = Stage(stages[0].remove, first, stages[0].until)
        stages[-1] = Stage(stages[-1].remove, stages[-1].apply, play.developed)
        return Rendered(
            card=self.card,
            seed=seed,
            namespace=namespace,
            images=play.images,
            stages=tuple(stages),
            truth=play.truth,
            cure=self._stage(play.heal, cured),
            repaired=play.repaired or self._stage(play.heal, cured).until,
        )

    def _stage(self, step: Step, values: Mapping[str, Scalar]) -> Stage:
        if step.apply and step.apply not in self.files:
            raise InvalidInputError(
                f"scenario {self.name!r} applies {step.apply!r}, which is not in its folder",
                hint=f"its folder holds {', '.join(sorted(self.files)) or 'no manifests'}",
            )
        manifests = self.files.get(step.apply, ())
        namespace = str(values["ns"])
        placed = tuple(_placed(fill(one, values), namespace) for one in manifests)
        return Stage(step.remove, placed, step.until)


def _placed(manifest: Manifest, namespace: str) -> Manifest:
    """Return the object in the scenario's namespace, or marked if it can be in none."""
    metadata = mapping(manifest, "metadata")
    if text(manifest, "kind") in CLUSTER_SCOPED:
        return {
            **manifest,
            "metadata": {**metadata, "labels": {**mapping(metadata, "labels"), **MARK}},
        }
    return {**manifest, "metadata": {"namespace": namespace, **metadata}}


def _namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": MARK}}
