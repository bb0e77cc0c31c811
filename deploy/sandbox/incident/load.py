"""Read the written incidents that ship with the package."""

from functools import lru_cache
from importlib.resources import files

from clusterwright.deploy.sandbox.incident.incident import Incident
from clusterwright.deploy.sandbox.incidents import INCIDENTS
from clusterwright.deploy.sandbox.scenario.load import documents
from clusterwright.tools.errors import NotFoundError


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
    [declared] = documents(file)
    # Under its file's name, so that an incident and its file cannot drift apart.
    return Incident.model_validate({"name": name, **declared})
