"""Who owns what a change was refused for, as the refusal of a server tells it."""

import re
from dataclasses import dataclass

from clusterwright.tools.errors import RefusedError, ToolError
from clusterwright.tools.finding import Remedy
from clusterwright.tools.ref import Ref, legal

_BELONGS = re.compile(
    r"(?P<object>\S+) belongs to (?P<owner>.+?), which would take the change back"
)
_WHERE = re.compile(r"change (?P<where>.+?); its MCP server is (?P<server>\w+)\b")
_RELEASE = re.compile(r"Helm release (?P<name>[\w.-]+) in namespace (?P<namespace>[\w.-]+)\Z")


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner of an object, who would write back what somebody else changes."""

    object: str
    """The object that was to be changed."""
    name: str
    """As "Helm release cart in namespace shop"."""
    where: str
    """Where the change belongs."""
    server: str
    """The domain of the server that could make it there."""

    @property
    def release(self) -> Ref | None:
        """The release, where a Helm server can make the change; None where it cannot."""
        found = _RELEASE.fullmatch(self.name)
        if found is None or self.server != "helm":
            return None
        return legal("HelmRelease", found["name"], found["namespace"], "")


def owner_of(error: ToolError) -> Owner | None:
    """Return the owner for whose sake a change was refused; None if it was for something else."""
    if not isinstance(error, RefusedError):
        return None
    belongs, where = _BELONGS.search(str(error)), _WHERE.search(error.hint)
    if belongs is None or where is None:
        return None
    return Owner(belongs["object"], belongs["owner"], where["where"], where["server"])


def fields_of(remedy: Remedy) -> dict[tuple[str, str], object]:
    """Return what a remedy sets, by object and path; empty where it does more than set fields."""
    if any(one.get("kind") != "patch" for one in remedy.changes):
        return {}
    return {
        (str(one["object"]), str(path)): value
        for one in remedy.changes
        for path, value in one["set"].items()
    }
