"""Read the written incidents that ship with the package."""

from functools import lru_cache
from importlib.resources import files

import yaml

from clusterwright.deploy.sandbox.incident.incident import Incident
from clusterwright.deploy.sandbox.incidents import INCIDENTS
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.yaml_loader import SafeLoader


@lru_cache(maxsize=1)
def load_incidents() -> tuple[Incident, ...]:
    """Return every written incident, in the order in which they are listed."""
    return tuple(_load(name) for name in INCIDENTS)


def load_incident(name: str) -> Incident:
    """Return one; raise NotFoundError naming those that exist."""
    found = next((one for one in load_incidents() if one.name == name), None)
    if found is None:
        raise NotFoundError(
            f"there is no incident {name!r}", hint=f"there are {', '.join(INCIDENTS)}"
        )
    return found


def _load(name: str) -> Incident:
    file = files("clusterwright.deploy.sandbox.incidents").joinpath(f"{name}.yaml")
    [declared] = yaml.load_all(file.read_text(encoding="utf-8"), SafeLoader)
    # Under its file's name, so that an incident and its file cannot drift apart.
    return Incident.model_validate({"name": name, **declared})
