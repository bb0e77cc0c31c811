"""All cases brought about side by side, each told as soon as it is there."""

from collections.abc import Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.tools.helm.failures.cases.all import CASES
from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import LABEL, Place
from tests.tools.helm.failures.stored import description

_AT_ONCE = 8
"""More than there are cores: many of them wait."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A case, by one version of Helm."""

    number: int
    case: Case
    version: int

    def __str__(self) -> str:
        return f"{self.case.code}-{self.case.name}-helm{self.version}"


TRIALS = tuple(
    Trial(number, case, version)
    for number, case in enumerate(CASES)
    for version in (4, 3)
    if case.words(version)
)


@dataclass(frozen=True)
class Told:
    """What a trial came to."""

    place: Place
    said: str
    recorded: str
    """The description in the record; empty where the case does not ask for it."""

    def named(self, text: str) -> str:
        """Return a text of a case with the names that this trial had."""
        names = {"RELEASE": self.place.release, "NAMESPACE": self.place.namespace}
        for stands_for, name in {**names, "OWN": self.place.own}.items():
            text = text.replace(stands_for, name)
        return text


@contextmanager
def brought_about(place: Place) -> Generator[Mapping[Trial, Future[Told]]]:
    """Bring all cases about while the block runs, in namespaces that go afterwards."""
    for version in (3, 4):
        meta = {"name": f"{place.namespace}-{version}", "labels": {LABEL: place.namespace}}
        place.create({"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield {trial: pool.submit(_told, trial, place) for trial in TRIALS}
    finally:
        pool.shutdown(cancel_futures=True)
        place.kubectl("delete", "namespaces", "--wait=false", "-l", f"{LABEL} in ({_all(place)})")


def _all(place: Place) -> str:
    return ", ".join([place.namespace, *(f"{place.namespace}-{version}" for version in (3, 4))])


def _told(trial: Trial, place: Place) -> Told:
    folder = place.folder / f"{trial.number}-{trial.version}" / "charts"
    folder.mkdir(parents=True)
    own = replace(
        place,
        version=trial.version,
        folder=folder,
        namespace=f"{place.namespace}-{trial.version}",
        release=f"r{trial.number}",
    )
    said = trial.case.play(own)
    return Told(own, said, description(own) if trial.case.recorded else "")
