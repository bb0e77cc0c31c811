"""Change the config of a ClusterDeployment, or let one that was only validated be made."""

from dataclasses import replace
from typing import Any, ClassVar, cast

from pydantic import Field

from clusterwright.tools.cluster_api.changes.cluster_change import bound_to
from clusterwright.tools.cluster_api.changes.rollout import Rollout
from clusterwright.tools.cluster_api.k0rdent.changes.charts import (
    another_chart,
    becomes,
    kubernetes,
)
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    DeploymentChange,
    existing_deployment,
    nothing_made,
    usable_template,
)
from clusterwright.tools.cluster_api.k0rdent.changes.ends import bound_ends, ended, with_ends
from clusterwright.tools.cluster_api.k0rdent.changes.judged import check_config, check_credential
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import ready, validated
from clusterwright.tools.cluster_api.k0rdent.changes.replaced import VALIDATED, replaced
from clusterwright.tools.cluster_api.k0rdent.config_schema import over
from clusterwright.tools.cluster_api.k0rdent.kinds import TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Json, Manifest, mapping, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_NO_WAY_BACK = "another dry run takes nothing back"
_OUT = "a dry run ends with set_config and dry_run=false, which tells what comes of it"


class SetConfig(DeploymentChange):
    """Set values; null takes one away, so that the template's default holds."""

    kind: ClassVar[str] = "set_config"
    config: dict[str, Any] = Field(default_factory=dict[str, Any])
    dry_run: bool | None = None
    accept: tuple[str, ...] = ()

    def schema_of(self, scene: Scene) -> Ref | None:
        """Return the template that the cluster is made from."""
        found = scene.live.get(self.deployment)
        return named(TEMPLATE, self.deployment.namespace, text(found, "spec", "template"))

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise ToolError for what the template's schema refuses."""
        ref = self.deployment
        before = existing_deployment(scene, ref)
        template = usable_template(scene, ref.namespace, text(before, "spec", "template"))
        check_credential(scene, template, text(before, "spec", "credential"))
        config = over(mapping(before, "spec", "config"), self.config)
        notes = check_config(scene, template, config)
        wanted = cast("Manifest", put(before, ("spec", "config"), config))
        if self.dry_run is not None:
            value = True if self.dry_run else MISSING
            wanted = cast("Manifest", put(wanted, ("spec", "dryRun"), value))
        found = patched(ref, before, wanted)
        if found is None:
            return ()
        dry, was_dry = (truth(one, "spec", "dryRun") for one in (wanted, before))
        first = was_dry and not dry and nothing_made(scene, before)
        comes, rests = self._comes(scene, before, template, dry=dry, first=first)
        one_way = ("" if was_dry else _OUT) if dry else (_NO_WAY_BACK if was_dry else "")
        proof = validated(ref) if dry else ready(ref, template, config, in_turn=comes.turns)
        return (
            replace(
                found,
                checks=(proof,),
                irreversible=one_way,
                at_stake=Risk.LOW if dry or first else Risk.HIGH,
                risks=comes.risks,
                notes=(*notes, *comes.notes),
                rests_on=[*bound_to(template), rests],
            ),
        )

    def _comes(
        self, scene: Scene, before: Manifest, template: Manifest, *, dry: bool, first: bool
    ) -> tuple[Rollout, Json]:
        """Return what is told of the cluster, and what a plan rests on of that which ends."""
        ref = self.deployment
        if dry:
            return VALIDATED, None
        if first:
            return Rollout((), ((Risk.LOW, f"the cluster of {ref} is made, and costs"),), 0), None
        leaves = truth(before, "spec", "dryRun")
        felt = f"values of {ref} may replace its machines, and what runs on them moves"
        was, will = kubernetes(scene.around, before, template, leaves=leaves)
        comes = replaced(scene, before, felt, upgrades=was != will)
        why = another_chart(scene.around, before, template, leaves=True) if leaves else ""
        ends = ended(scene, before, why, self.accept)
        told = replace(comes, notes=(*becomes(was, will), *comes.notes))
        return with_ends(told, why, ends), [why, bound_ends(ends)]
