"""A layer: what some team put on top of something, with what it needs and what it offers."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from clusterwright.deploy.sandbox.incident.faults import Kind
from clusterwright.deploy.sandbox.scenario.card import Declared
from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.load import documents
from clusterwright.deploy.sandbox.scenario.template import Scalar
from clusterwright.tools.manifest import Manifest

LAYERS = (
    "service",
    "caller",
    "stateful-caller",
    "probing-caller",
    "restarted-caller",
    "waiting-caller",
    "job",
    "ingress",
    "budget",
    "mounting",
    "autoscaler",
)
"""As a reader follows traffic; each a file in layers/."""


class Layer(Declared):
    """A file in layers/, before anything is drawn."""

    title: str
    simulated: str = Field(default="", description="What is simulated; empty: nothing is.")
    needs: Kind = Field(description="What it is put on, and does not work without.")
    across: bool = Field(default=False, description="It may be in another namespace than that.")
    offers: tuple[Kind, ...] = Field(default=(), description="What may be put on it in turn.")
    kind: str = Field(default="Deployment", description="Of the workload that it offers.")
    symptoms: tuple[str, ...] = Field(
        default=(),
        description="Kinds of its objects, of one of which a diagnosis must tell, once it shows.",
    )
    metrics: bool = Field(default=False, description="It shows only where metrics are served.")
    draw: dict[str, tuple[Scalar, ...]] = Field(default_factory=dict[str, tuple[Scalar, ...]])
    objects: tuple[Manifest, ...] = Field(min_length=1)
    developed: tuple[dict[str, Any], ...] = Field(
        min_length=1, description="Conditions under which it shows that what it needs is down."
    )
    well: tuple[dict[str, Any], ...] = Field(
        default=(), description="Conditions that come true once what it needs is up."
    )


class Filled(Declared):
    """A layer with one seed's values."""

    objects: tuple[Manifest, ...]
    developed: tuple[Condition, ...]
    well: tuple[Condition, ...]
    simulated: str = ""


@lru_cache(maxsize=1)
def layers() -> dict[str, Layer]:
    """Return every layer by its name."""
    return {name: _load(name) for name in LAYERS}


def _load(name: str) -> Layer:
    file = files("clusterwright.deploy.sandbox.incident").joinpath("layers", f"{name}.yaml")
    [declared] = documents(file)
    return Layer.model_validate(declared)
