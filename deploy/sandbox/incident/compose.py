"""Compose an incident under a seed: objects, conditions, and the truth that follows from them.

What is true is what the scenarios of its causes say, and nothing else: whatever shows on a layer is
there because of what the layer is put on. No rule of an agent is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from clusterwright.deploy.sandbox.incident.faults import FAULTS, REAL, Kind
from clusterwright.deploy.sandbox.incident.incident import Cause, Dependant, Incident
from clusterwright.deploy.sandbox.incident.layer import Filled, layers
from clusterwright.deploy.sandbox.incident.merge import pods_of, scene
from clusterwright.deploy.sandbox.scenario.card import Needs
from clusterwright.deploy.sandbox.scenario.draw import Values, draw
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Rendered, placed
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.deploy.sandbox.scenario.template import fill
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.ref import Ref

_SEEDS = 1_000_000
_TRIES = 50
_NAMES = ("app", "peer", "store")
"""What a part may call things by; no other part of an incident may use the same."""


@dataclass(frozen=True)
class Standing:
    """One layer, and the cause without which nothing of it would be seen."""

    name: str
    objects: tuple[Ref, ...]
    """None of these is at fault."""
    truths: tuple[Truth, ...]
    """Those of the cause that it stands on: what is found on its objects is a symptom of these."""
    telling: tuple[Ref, ...]
    """A diagnosis must tell of one of these; empty: it need not tell of this layer."""


@dataclass(frozen=True)
class Composed:
    """An incident under one seed: what to break, and what is true about it."""

    incident: Incident
    seed: int
    scenes: tuple[Rendered, ...]
    """What is done in each of its namespaces."""
    standings: tuple[Standing, ...]
    """Its layers, in the order in which they are declared."""
    failing: tuple[int, int]
    """How many pods do not run: those of the causes, and those of the layers."""

    @property
    def name(self) -> str:
        """Return the incident's name."""
        return self.incident.name

    @property
    def truth(self) -> tuple[Truth, ...]:
        """Return what is at fault: the only right root causes."""
        return tuple(one for scene in self.scenes for one in scene.truth)

    @property
    def layer_objects(self) -> tuple[Ref, ...]:
        """Return the objects of its layers, none of which is at fault."""
        return tuple(sorted(ref for one in self.standings for ref in one.objects))

    @property
    def louder(self) -> bool:
        """Return whether more fails because of the causes than of the causes themselves."""
        own, others = self.failing
        return others > own

    @property
    def needs(self) -> frozenset[Needs]:
        """Return what a sandbox must have for it: who calls runs on the real node."""
        return frozenset({"node", *(load(one.fault).card.needs for one in self.incident.causes)})

    @property
    def provable(self) -> bool:
        """Return whether all comes up once the causes are healed, and nothing else is done."""
        return all(one.fault in REAL for one in self.incident.causes)


@dataclass
class _Draft:
    """What has been drawn so far."""

    seed: int
    incident: Incident
    spaces: Mapping[int, Values]
    """The namespace and the image, for each of its namespaces."""
    taken: set[str] = field(default_factory=set[str])
    values: dict[str, Values] = field(default_factory=dict[str, Values])
    faults: dict[str, Rendered] = field(default_factory=dict[str, Rendered])
    layers: dict[str, Filled] = field(default_factory=dict[str, Filled])


def compose(incident: Incident, seed: int) -> Composed:
    """Return an incident with every name drawn from `seed`; the same for the same seed."""
    spaces = {one: _space(incident, seed, one) for one in incident.namespaces}
    draft = _Draft(seed, incident, spaces)
    for cause in incident.causes:
        _draw_cause(draft, cause)
    for one in incident.layers:
        _draw_layer(draft, one)
    scenes = tuple(_scene(draft, number) for number in incident.namespaces)
    objects = [one for filled in draft.layers.values() for one in filled.objects]
    own = [one for fault in draft.faults.values() for one in fault.objects]
    standings = tuple(_standing(draft, one) for one in incident.layers)
    return Composed(incident, seed, scenes, standings, (pods_of(own), pods_of(objects)))


def _standing(draft: _Draft, one: Dependant) -> Standing:
    space = str(draft.spaces[draft.incident.namespace_of(one.name)]["ns"])
    objects = [placed(each, space) for each in draft.layers[one.name].objects]
    refs = tuple(Ref.of(each) for each in objects)
    telling = layers()[one.layer].symptoms
    return Standing(
        name=one.name,
        objects=refs,
        truths=draft.faults[draft.incident.cause_of(one.name)].truth,
        telling=tuple(ref for ref in refs if ref.kind in telling),
    )


def _space(incident: Incident, seed: int, number: int) -> Values:
    values = draw(f"incident/{incident.name}/{number}", seed, {})
    return {"ns": values["ns"], "image": values["image"]}


def _draw_cause(draft: _Draft, cause: Cause) -> None:
    scenario = load(cause.fault)
    given = {"ns": draft.spaces[cause.namespace]["ns"]}
    for seed in _seeds(draft, cause.label):
        values = draw(scenario.name, seed, scenario.card.draw, given)
        if _free(draft, values):
            draft.values[cause.label] = values
            draft.faults[cause.label] = scenario.render(seed, given)
            return
    raise _crowded(draft)


def _draw_layer(draft: _Draft, one: Dependant) -> None:
    layer = layers()[one.layer]
    space = draft.spaces[draft.incident.namespace_of(one.name)]
    given = {**space, **_below(draft, one, layer.needs), **one.values}
    own = {name: choices for name, choices in layer.draw.items() if name not in one.values}
    for seed in _seeds(draft, one.name):
        values = draw(f"layer/{one.layer}", seed, own, given)
        if _free(draft, values):
            draft.values[one.name] = values
            filled = {
                "objects": [fill(x, values) for x in layer.objects],
                "developed": [fill(x, values) for x in layer.developed],
                "well": [fill(x, values) for x in layer.well],
                "simulated": layer.simulated,
            }
            draft.layers[one.name] = Filled.model_validate(filled)
            return
    raise _crowded(draft)


def _below(draft: _Draft, one: Dependant, needs: Kind) -> Values:
    """Return what a layer calls that which it is put on."""
    values = draft.values[one.over]
    below = str(values["config" if needs == "claim" else "app"])
    here, there = draft.incident.namespace_of(one.name), draft.incident.namespace_of(one.over)
    space = draft.spaces[there]["ns"]
    hosts = [f"{below}.{space}", f"{below}.{space}.svc", f"{below}.{space}.svc.cluster.local"]
    hosts = [below, below, *hosts] if here == there else hosts
    dice = Random(f"{draft.incident.name}/{draft.seed}/{one.name}/host")
    on = next((x for x in draft.incident.layers if x.name == one.over), None)
    return {
        "below": below,
        "below_label": values["app"],
        "below_port": values["port"],
        "below_kind": layers()[on.layer].kind if on else "Deployment",
        "host": dice.choice(hosts),
    }


def _seeds(draft: _Draft, part: str) -> Sequence[int]:
    dice = Random(f"{draft.incident.name}/{draft.seed}/{part}")
    return [dice.randrange(_SEEDS) for _ in range(_TRIES)]


def _free(draft: _Draft, values: Values) -> bool:
    """Take the names of a part, unless another part has one of them."""
    names = {str(values[one]) for one in _NAMES} | {str(values["system"])}
    if names & draft.taken:
        return False
    draft.taken |= names
    return True


def _crowded(draft: _Draft) -> InvalidInputError:
    return InvalidInputError(
        f"incident {draft.incident.name!r} finds no free names for all of its parts",
        hint="give it fewer parts, or another seed",
    )


def _scene(draft: _Draft, number: int) -> Rendered:
    incident, space = draft.incident, draft.spaces[number]
    here = [one for one in incident.parts if incident.namespace_of(one) == number]
    return scene(
        incident.name + (f"-{number}" if number > 1 else ""),
        incident,
        draft.seed,
        str(space["ns"]),
        image=str(space["image"]),
        faults=[draft.faults[one] for one in here if one in draft.faults],
        filled=[draft.layers[one] for one in here if one in draft.layers],
        healthy=[fill(one, space) for one in incident.healthy] if number == 1 else [],
    )


def offers_of(incident: Incident, part: str) -> tuple[Kind, ...]:
    """Return what may be put on a cause or a layer of an incident."""
    for cause in incident.causes:
        if cause.label == part:
            return FAULTS[cause.fault]
    return layers()[next(x.layer for x in incident.layers if x.name == part)].offers
