"""A failure that a test brings about, and what the catalogue is to make of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.tools.helm.failures.place import Place


@dataclass(frozen=True)
class Case:
    """One thing done to a release, and the words in which each Helm tells that it failed."""

    code: str
    name: str
    play: Callable[[Place], str]
    """Brings it about and returns what helm complained."""
    helm4: str
    """What is to be found in that; `RELEASE` and `NAMESPACE` stand for the place's. Empty where
    Helm 4 does not fail."""
    helm3: str = ""
    """The same of Helm 3; empty where its words are the same, or it does not fail."""
    detail: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the classification must tell; `RELEASE` and `NAMESPACE` as above."""
    recorded: bool = False
    """Whether the record of the revision tells the same."""
    others: tuple[str, ...] = ()
    """The codes of what else failed."""
    warned: str = ""
    """How the warning begins that the API server gave before."""

    def words(self, version: int) -> str:
        return self.helm4 if version == 4 else self.helm3
