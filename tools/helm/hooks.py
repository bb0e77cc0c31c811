"""Hooks of a release: which object each makes, and when Helm removes that again."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.objects import parse, placed
from clusterwright.tools.helm.record import Hook, Release
from clusterwright.tools.ref import Ref

BEFORE = "before-hook-creation"
TESTS = frozenset({"test", "test-success", "test-failure"})
"""What only `helm test` runs."""
_WELL = frozenset({"Succeeded", ""})


@dataclass(frozen=True, slots=True)
class Made:
    """A hook and the object that it makes."""

    hook: Hook
    ref: Ref

    @property
    def moment(self) -> str:
        """When it runs, as `pre-upgrade`."""
        return ", ".join(self.hook.events[:3])

    @property
    def failed(self) -> bool:
        """Whether its last run failed."""
        return self.hook.phase == "Failed"

    @property
    def running(self) -> bool:
        """Whether Helm was waiting for it when it last wrote the record."""
        return self.hook.phase == "Running"

    @property
    def replaced(self) -> bool:
        """Whether Helm removes what an earlier run left, before it makes the object again.

        So it does where no policy is set (helm/helm, pkg/action/hooks.go, hookSetDeletePolicy).
        """
        policies = self.hook.delete_policies
        return not policies or BEFORE in policies or self.hook.kind == "CustomResourceDefinition"

    @property
    def noteworthy(self) -> bool:
        """Whether its object may tell something: it did not end well, or stays in the way."""
        return self.hook.phase not in _WELL or not self.replaced


def hooks_of(release: Release) -> Iterator[Made]:
    """Yield the hooks of a release with the objects that they make; tests are left out."""
    for hook in release.hooks:
        if TESTS.issuperset(hook.events):
            continue
        try:
            parsed = parse(hook.manifest)
        except InvalidInputError:
            continue  # Helm itself could not make it
        for one in placed(parsed[:1], release.namespace, {}):
            yield Made(hook, one.ref)


def left_over(made: Made, release: Release) -> bool:
    """Return whether a hook failed because what an earlier run made was still there."""
    said = release.description
    return made.failed and f'"{made.ref.name}" already exists' in said
