"""What an incident declares: its causes, and what hangs on them; the same for every seed."""

from typing import Literal

from pydantic import Field, model_validator

from clusterwright.deploy.sandbox.incident.faults import FAULTS, Kind
from clusterwright.deploy.sandbox.incident.layer import layers
from clusterwright.deploy.sandbox.scenario.card import Declared
from clusterwright.deploy.sandbox.scenario.template import Scalar
from clusterwright.tools.manifest import Manifest

_NAME = r"^[a-z]+(-[a-z0-9]+)*$"


class Cause(Declared):
    """One fault: a scenario's, under a seed of its own."""

    fault: str = Field(description="A scenario, one of those in faults.py.")
    name: str = Field(default="", pattern=rf"{_NAME}|^$", description="Empty: as the scenario.")
    namespace: Literal[1, 2] = Field(default=1, description="Which of the incident's namespaces.")

    @property
    def label(self) -> str:
        """What layers call it."""
        return self.name or self.fault


class Dependant(Declared):
    """One layer on a cause or on another layer."""

    layer: str = Field(description="One of those in layers/.")
    name: str = Field(pattern=_NAME, description="What other layers call it.")
    over: str = Field(description="The cause or the layer that it needs.")
    namespace: Literal[1, 2] | None = Field(default=None, description="Empty: where that is.")
    values: dict[str, Scalar] = Field(
        default_factory=dict[str, Scalar], description="What is not to be drawn."
    )


class Incident(Declared):
    """One or two independent causes, and two to four layers on them."""

    name: str = Field(pattern=_NAME)
    title: str
    hard: str = Field(default="", description="What makes it hard to see the cause.")
    unsolved: str = Field(default="", description="Why the diagnosis is known to be wrong yet.")
    causes: tuple[Cause, ...] = Field(min_length=1, max_length=2)
    layers: tuple[Dependant, ...] = Field(min_length=1, max_length=8)
    healthy: tuple[Manifest, ...] = Field(
        default=(), description="Objects besides, that nothing is wrong with."
    )

    @property
    def namespaces(self) -> tuple[int, ...]:
        """Return which of its namespaces it uses."""
        return tuple(sorted({self.namespace_of(one) for one in self.parts}))

    @property
    def parts(self) -> tuple[str, ...]:
        """Return what its causes and layers are called, in order."""
        return (*(one.label for one in self.causes), *(one.name for one in self.layers))

    @property
    def depth(self) -> int:
        """Return how many objects of different teams lie on the longest way to a cause."""
        found: dict[str, int] = {one.label: 1 for one in self.causes}
        for one in self.layers:
            found[one.name] = found[one.over] + 1
        return max(found.values())

    def namespace_of(self, part: str) -> int:
        """Return which of its namespaces a part is in."""
        for cause in self.causes:
            if cause.label == part:
                return cause.namespace
        one = next(one for one in self.layers if one.name == part)
        return one.namespace or self.namespace_of(one.over)

    def cause_of(self, part: str) -> str:
        """Return the cause that a part stands on, by its label: itself for a cause."""
        over = {one.name: one.over for one in self.layers}
        while part in over:
            part = over[part]
        return part

    @model_validator(mode="after")
    def _fits(self) -> "Incident":
        offered: dict[str, tuple[Kind, ...]] = {}
        for cause in self.causes:
            if cause.fault not in FAULTS:
                raise ValueError(f"{cause.fault!r} is none of {', '.join(FAULTS)}")
            offered[cause.label] = FAULTS[cause.fault]
        for one in self.layers:
            if one.layer not in layers():
                raise ValueError(f"{one.layer!r} is none of {', '.join(layers())}")
            layer = layers()[one.layer]
            if layer.needs not in offered.get(one.over, ()):
                raise ValueError(f"{one.name!r} needs a {layer.needs}, which {one.over!r} has not")
            if one.namespace not in {None, self.namespace_of(one.over)} and not layer.across:
                raise ValueError(f"{one.name!r} must be in the namespace of {one.over!r}")
            offered[one.name] = layer.offers
        if len(offered) < len(self.causes) + len(self.layers):
            raise ValueError("two parts have one name")
        return self
