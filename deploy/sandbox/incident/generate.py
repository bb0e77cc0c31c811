"""Make up an incident from a seed: causes, shape, and two to four layers."""

from collections.abc import Callable
from itertools import count, islice
from random import Random
from typing import Literal

from clusterwright.deploy.sandbox.incident.compose import Composed, compose, offers_of
from clusterwright.deploy.sandbox.incident.faults import (
    ALERTS,
    BESIDE,
    DEVICES,
    REAL,
    RELEASES,
    SIMULATED,
)
from clusterwright.deploy.sandbox.incident.incident import Cause, Dependant, Incident
from clusterwright.deploy.sandbox.incident.layer import layers
from clusterwright.deploy.sandbox.incident.load import load_incident

_DRAWS = 100
_SEEDS = 1_000_000
_APART = 1_009
"""So that seeds which follow each other have nothing in common."""
_TWO_CAUSES = 0.35
_CHAIN = 0.5
_ACROSS = 0.1
"""How often a layer that may be in another namespace than what it needs is in another."""
_BESIDE, _BYSTANDER = 0.25, "quiet-selector"
"""How often there is something that is well besides, and which written incident's that is."""
_FIRST = ((REAL, 10), (SIMULATED, 4), (RELEASES, 3), (DEVICES, 4), (ALERTS, 1))
"""What the first cause is of, and how often; containers of the real node more than all else."""


def fresh(
    seed: int, many: int, able: Callable[[Composed], bool] = lambda _: True
) -> list[Composed]:
    """Return so many incidents that are made up from a seed, each under a seed of its own.

    Those that are not `able` to happen where they shall are passed over.
    """
    seeds = ((seed * _APART + number) % _SEEDS for number in count())
    composed = (compose(generate(one), one) for one in seeds)
    return list(islice(filter(able, composed), many))


def generate(seed: int) -> Incident:
    """Return an incident of two to four layers; the same for the same seed.

    Its layers are put on each other, a chain, or several of them on one; a second cause is one of
    the same namespace or of another, with layers of its own or with none. Who calls a Service may
    be in another namespace than that, and something that is well may be beside it all.
    """
    dice = Random(f"generated/{seed}")
    [group] = dice.choices([one for one, _ in _FIRST], [often for _, often in _FIRST])
    causes = [Cause(fault=dice.choice([*group]), name="first")]
    if dice.random() < _TWO_CAUSES:
        faults = [one for one in (*REAL, *SIMULATED, *RELEASES, *BESIDE) if one != causes[0].fault]
        second = Cause(fault=dice.choice(faults), name="second", namespace=dice.choice((1, 1, 2)))
        causes.append(second)
    incident = Incident.model_construct(
        name=f"generated-{seed}",
        title="",
        causes=tuple(causes),
        layers=(),
    )
    narrow = dice.random() < _CHAIN
    for number in range(dice.choice((2, 3, 3, 4, 4))):
        incident = _grown(incident, dice, number, narrow=narrow)
    healthy = load_incident(_BYSTANDER).healthy if dice.random() < _BESIDE else ()
    title = f"{_titled(incident)}, composed from seed {seed}"
    return Incident.model_validate({**incident.model_dump(), "title": title, "healthy": healthy})


def _grown(incident: Incident, dice: Random, number: int, *, narrow: bool) -> Incident:
    """Return the incident with one more layer: of a chain, on the highest that holds one."""
    bases = [one for one in incident.parts if offers_of(incident, one)]
    bases = bases[-1:] if narrow else bases
    for _ in range(_DRAWS):
        base = dice.choice(bases)
        name = dice.choice([one for one, layer in layers().items() if not layer.metrics])
        layer = layers()[name]
        doubled = any(one.layer == name and one.over == base for one in incident.layers)
        if layer.needs in offers_of(incident, base) and not doubled:
            added = Dependant(layer=name, name=f"layer-{number + 1}", over=base)
            if layer.across and dice.random() < _ACROSS:
                other: Literal[1, 2] = 2 if incident.namespace_of(base) == 1 else 1
                added = added.model_copy(update={"namespace": other})
            return incident.model_copy(update={"layers": (*incident.layers, added)})
    return incident


def _titled(incident: Incident) -> str:
    causes = " and ".join(one.fault for one in incident.causes)
    return f"{causes} under {', '.join(one.layer for one in incident.layers)}"
