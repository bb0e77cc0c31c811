"""What a scenario declares, and what one seed makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clusterwright.deploy.sandbox.charts.chart import crds_of
from clusterwright.deploy.sandbox.scenario.card import Card
from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.draw import draw
from clusterwright.deploy.sandbox.scenario.helm import Helm, Record
from clusterwright.deploy.sandbox.scenario.metrics import Silence
from clusterwright.deploy.sandbox.scenario.play import Patch, Play, Step, Truth
from clusterwright.deploy.sandbox.scenario.template import Scalar, fill
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Manifest, mapping, text
from clusterwright.tools.ref import Ref

MARK = {"sandbox.clusterwright.io/made": "yes"}
"""The one label that the sandbox adds, to what is deleted afterwards. It says no more than that."""

WORKLOAD_NAMESPACE = "default"
"""Where scenarios put what they make on a workload cluster, which is theirs alone."""

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
CLUSTER_SCOPED_OF_GPU = frozenset(
    {"ClusterPolicy", "ClusterQueue", "DeviceClass", "ResourceFlavor"}
)
"""Kinds of GPU scenarios besides, most of which only a sandbox with GPU pools serves."""


@dataclass(frozen=True)
class Stage:
    """One step with its objects in hand."""

    remove: tuple[Ref, ...]
    apply: tuple[Manifest, ...]
    until: tuple[Condition, ...]
    patch: tuple[Patch, ...] = ()
    target: str = ""
    """The workload cluster on which it is done; empty: the sandbox itself."""
    helm: tuple[Helm, ...] = ()
    records: tuple[Record, ...] = ()
    silences: tuple[Silence, ...] = ()
    unsilence: str = ""
    """Whose silences end."""


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
        """Return everything that breaking applies to the sandbox itself, in order."""
        return tuple(one for stage in self.stages if not stage.target for one in stage.apply)

    @property
    def operations(self) -> tuple[Helm, ...]:
        """Return everything that breaking and healing do with Helm, in order."""
        return tuple(one for stage in (*self.stages, self.cure) for one in stage.helm)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Return every silence that breaking makes."""
        return tuple(one for stage in self.stages for one in stage.silences)

    @property
    def made(self) -> tuple[Manifest, ...]:
        """Return everything that may have to be deleted: what is applied, and CRDs of charts."""
        charts = sorted({one.chart for one in self.operations if one.chart})
        of_charts = [crd for chart in charts for crd in crds_of(chart)]
        return (*self.objects, *self.cure.apply, *of_charts)

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

    def render(self, seed: int, given: Mapping[str, Scalar] | None = None) -> Rendered:
        """Return the scenario with every name, image, port and label drawn from `seed`.

        `given` takes the place of what would be drawn, as `ns` in an incident.
        """
        drawn = draw(self.name, seed, self.card.draw, given)
        values = drawn | fill(self.card.broken, drawn)
        cured = drawn | fill(self.card.healed, drawn)
        namespace = str(values["ns"])
        play = Play.model_validate(fill(self.play, values))
        stages = [self._stage(step, values) for step in play.steps]
        stages[0] = replace(stages[0], apply=(namespace_object(namespace), *stages[0].apply))
        stages[-1] = replace(stages[-1], until=play.developed)
        cure = self._stage(play.heal or self._again(), cured)
        return Rendered(
            card=self.card,
            seed=seed,
            namespace=namespace,
            images=play.images,
            stages=tuple(stages),
            truth=play.truth,
            cure=cure,
            repaired=play.repaired or cure.until,
        )

    def _again(self) -> Step:
        return Step(apply="objects.yaml" if "objects.yaml" in self.files else "")

    def _stage(self, step: Step, values: Mapping[str, Scalar]) -> Stage:
        if step.apply and step.apply not in self.files:
            raise InvalidInputError(
                f"scenario {self.name!r} applies {step.apply!r}, which is not in its folder",
                hint=f"its folder holds {', '.join(sorted(self.files)) or 'no manifests'}",
            )
        manifests = self.files.get(step.apply, ())
        namespace = WORKLOAD_NAMESPACE if step.target else str(values["ns"])
        objects = tuple(placed(fill(one, values), namespace) for one in manifests)
        return Stage(
            step.remove,
            objects,
            step.until,
            step.patch,
            step.target,
            step.helm,
            step.records,
            step.silences,
            step.unsilence,
        )


def placed(manifest: Manifest, namespace: str) -> Manifest:
    """Return an object in a namespace, unless it names one itself; marked if it can be in none."""
    metadata = mapping(manifest, "metadata")
    if text(manifest, "kind") in CLUSTER_SCOPED | CLUSTER_SCOPED_OF_GPU:
        return {
            **manifest,
            "metadata": {**metadata, "labels": {**mapping(metadata, "labels"), **MARK}},
        }
    return {**manifest, "metadata": {"namespace": namespace, **metadata}}


def namespace_object(name: str) -> Manifest:
    """Return a namespace that is deleted afterwards, of which nothing else is said."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": MARK}}
