"""What the kinds of change of a release have in common."""

import re
from dataclasses import replace
from typing import ClassVar

from pydantic import Field, field_validator

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.record import release_ref
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.ref import Ref, check_namespace

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?\Z")
"""helm/helm, pkg/chart/common/util/validate_name.go."""


class ReleaseChange(Change):
    """A change of one release."""

    around: ClassVar[tuple[str, ...]] = (*AROUND, "Service", "PersistentVolumeClaim")
    runs: ClassVar[bool] = True
    """Whether the helm program carries it out."""
    release: str
    expect: int | None = Field(default=None, ge=0)
    """The newest revision that there has to be, where the change goes back to before it."""

    @field_validator("release")
    @classmethod
    def _is_named(cls, release: str) -> str:
        try:
            parse_release(release)
        except InvalidInputError as error:
            raise ValueError(str(error)) from error
        return release

    @property
    def ref(self) -> Ref:
        """The release."""
        return parse_release(self.release)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The release, which is no object."""
        return (self.ref,)

    @property
    def reads(self) -> tuple[Ref, ...]:
        """Nothing: the survey reads what there is of a release."""
        return ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return what is to be written; none of it tells a secret of the release."""
        found = scene.prepared.get(self.ref)
        secrets = found.secrets if isinstance(found, Outlook) else frozenset[str]()
        return tuple(replace(one, secrets=secrets) for one in self.work(scene))

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return what is to be written, in order; as `Change.steps`."""
        raise NotImplementedError

    def check_expected(self, found: Outlook) -> None:
        """Raise RefusedError if there is another newest revision than was expected."""
        if self.expect is not None and found.number != self.expect:
            raise RefusedError(
                f"somebody changed {self.ref} since: its newest revision is {found.number}, and"
                f" not {self.expect}; nothing is undone",
                hint="helm_get_release with view=history tells what happened",
            )


def parse_release(spelled: str) -> Ref:
    """Return the Ref of `namespace/name`; raise InvalidInputError."""
    namespace, _, name = spelled.removeprefix("HelmRelease/").partition("/")
    if not namespace or not name:
        raise InvalidInputError(
            f"{spelled[:120]!r} names no release", hint="write namespace/name, as in shop/cart"
        )
    check_namespace(namespace)
    if not _NAME.match(name):
        raise InvalidInputError(
            f"{name[:80]!r} is no name of a release",
            hint="it has 1 to 53 lower-case letters, digits, '-' or '.'",
        )
    return release_ref(namespace, name)
