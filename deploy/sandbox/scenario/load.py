"""Read the scenario folders that ship with the package."""

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from clusterwright.deploy.sandbox.scenario.card import Card, Domain
from clusterwright.deploy.sandbox.scenario.model import Scenario
from clusterwright.deploy.sandbox.scenarios import SCENARIOS
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.yaml_loader import SafeLoader

_PACKAGE = "clusterwright.deploy.sandbox.scenarios"


@lru_cache(maxsize=1)
def load_all() -> tuple[Scenario, ...]:
    """Return every scenario, in the order in which they are listed."""
    return tuple(_load(files(_PACKAGE).joinpath(name)) for name in SCENARIOS)


def load_of(domain: Domain) -> tuple[Scenario, ...]:
    """Return the scenarios of one domain, in that order."""
    return tuple(one for one in load_all() if one.card.domain == domain)


def load(name: str) -> Scenario:
    """Return one scenario; raise NotFoundError naming those that exist."""
    found = next((one for one in load_all() if one.name == name), None)
    if found is None:
        raise NotFoundError(
            f"there is no scenario {name!r}", hint=f"there are {', '.join(SCENARIOS)}"
        )
    return found


def _load(folder: Traversable) -> Scenario:
    declared: Manifest = documents(folder.joinpath("scenario.yaml"))[0]
    card = {key: declared.pop(key) for key in tuple(declared) if key in Card.model_fields}
    manifests = {
        file.name: documents(file)
        for file in folder.iterdir()
        if file.name.endswith(".yaml") and file.name != "scenario.yaml"
    }
    # Under its folder's name, so that a scenario and its folder cannot drift apart.
    return Scenario(Card.model_validate({"name": folder.name, **card}), declared, manifests)


def documents(file: Traversable) -> tuple[Manifest, ...]:
    """Return what a YAML file of the package declares, one document after the other."""
    spelled = file.read_text(encoding="utf-8")
    found: list[Any] = list(yaml.load_all(spelled, SafeLoader))
    return tuple(one for one in found if one)
