"""Change the config of a ClusterDeployment, or let one that was only validated be made."""

from dataclasses import replace
from typing import Any, ClassVar, cast

from pydantic import Field

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
from clusterwright.tools.manifest import Manifest, dig, mapping, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_NO_WAY_BACK = "another dry run takes nothing back"


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
        dry = truth(wanted, "spec", "dryRun")
        leaves = truth(before, "spec", "dryRun") and not dry
        first = leaves and nothing_made(scene, before)
        if dry:
            comes = VALIDATED
        elif first:
            comes = Rollout((), ((Risk.LOW, f"the cluster of {ref} is made, and costs"),), 0)
        else:
            felt = f"values of {ref} may replace its machines, and what runs on them moves"
            was, will = kubernetes(scene.around, before, template, leaves=leaves)
            comes = replaced(scene, before, felt, upgrades=was != will)
            notes = (*becomes(was, will), *notes)
        carried_out = leaves and not first
        why = another_chart(scene.around, before, template, leaves=True) if carried_out else ""
        ends = ended(scene, before, why, self.accept)
        comes = with_ends(comes, why, ends)
        return (
            replace(
                found,
                checks=(
                    validated(ref) if dry else ready(ref, template, config, in_turn=comes.turns),
                ),
                irreversible=_NO_WAY_BACK if leaves else found.irreversible,
                at_stake=Risk.LOW if first else Risk.HIGH,
                risks=comes.risks,
                notes=(*notes, *comes.notes),
                rests_on=[
                    *(dig(template, "metadata", one) for one in ("uid", "generation")),
                    why,
                    bound_ends(ends),
                ],
            ),
        )
