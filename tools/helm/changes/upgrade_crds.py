"""Bring the CRDs of a chart up to date: what Helm itself never does."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.helm.changes.object_steps import MANAGER
from clusterwright.tools.helm.changes.outlook import existing_release
from clusterwright.tools.helm.changes.upgrade import ChartChange
from clusterwright.tools.helm.chart_crds import CRD
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Met,
    Pending,
    Scene,
    Step,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, condition, items, name_of, text, texts, truth
from clusterwright.tools.ref import Ref


class UpgradeCrds(ChartChange):
    """Apply the CRDs of a release's chart, or of another version of it."""

    kind: ClassVar[str] = "upgrade_crds"
    runs: ClassVar[bool] = False

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return an apply of each CRD; raise RefusedError where stored objects would be lost."""
        found = existing_release(scene, self.ref)
        if found.chart is None or not found.chart.crds:
            raise InvalidInputError(
                f"the chart of {self.ref} has no CRDs in its folder crds/",
                hint="CRDs among its templates are changed by an upgrade",
            )
        return tuple(self._step(found.live, one) for one in found.chart.crds)

    def _step(self, live: Mapping[Ref, Manifest], crd: Manifest) -> Step:
        ref = Ref(CRD, name_of(crd))
        before = live.get(ref)
        if before is not None:
            _check_stored(ref, before, crd)
        return Step(
            say=f"apply {ref}",
            write=Write(
                Verb.APPLY, ref, crd, manager=MANAGER, force=self.force_conflicts, strict=True
            ),
            before=before,
            paths=(("spec",),),
            checks=(Check(f"{ref} is established", ref, _established),),
            irreversible="" if before else "objects of its kind would go with it",
        )


def _check_stored(ref: Ref, before: Manifest, wanted: Manifest) -> None:
    """Raise RefusedError if objects are stored in a version that the new CRD does not have."""
    stored = texts(before, "status", "storedVersions")
    has = [text(one, "name") for one in items(wanted, "spec", "versions")]
    lost = [one for one in stored if one not in has]
    if lost:
        raise RefusedError(
            f"{ref} has objects stored as {', '.join(lost)}, which the chart's CRD does not have",
            hint="go through a version of the chart that has both, and migrate what is stored",
        )
    gone = [one for one in _served(before) if one not in _served(wanted)]
    if gone:
        raise RefusedError(
            f"{ref} would not serve {', '.join(gone)} any more, which clients may use",
            hint="upgrade in steps that serve both; override_owner does not help here",
        )


def _served(crd: Manifest) -> list[str]:
    return [text(one, "name") for one in items(crd, "spec", "versions") if truth(one, "served")]


def _established(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    if text(condition(found, "NonStructuralSchema"), "status") == "True":
        return Failed("its schema is not structural")
    if text(condition(found, "Established"), "status") == "True":
        return Met()
    return Pending(text(condition(found, "NamesAccepted"), "message") or "not established yet")
