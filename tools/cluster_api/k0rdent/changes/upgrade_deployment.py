"""Upgrade a cluster of k0rdent: to another template, along the chains."""

from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.cluster_change import bound_to
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
from clusterwright.tools.cluster_api.k0rdent.changes.judged import check_config
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import ready, validated
from clusterwright.tools.cluster_api.k0rdent.changes.replaced import VALIDATED, replaced
from clusterwright.tools.cluster_api.k0rdent.kinds import TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest, mapping, text, texts, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_SHOWN = 12
_ONE_WAY = "no chain leads back to an earlier template"


class UpgradeDeployment(DeploymentChange):
    """Go to a template that k0rdent offers."""

    kind: ClassVar[str] = "upgrade_deployment"
    template: str
    accept: tuple[str, ...] = ()

    def schema_of(self, scene: Scene) -> Ref | None:
        """Return the template that is asked for."""
        del scene
        return named(TEMPLATE, self.deployment.namespace, self.template)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise RefusedError for a template that is not offered."""
        ref = self.deployment
        before = existing_deployment(scene, ref)
        now = text(before, "spec", "template")
        if self.template == now:
            return ()
        offered = texts(before, "status", "availableUpgrades")
        if self.template not in offered:
            listed = few([word(one) for one in offered], _SHOWN)
            raise RefusedError(
                f"{ref} cannot be upgraded from {word(now)} to {self.template[:80]}",
                hint=f"k0rdent offers {listed or 'no upgrade'}",
            )
        template = usable_template(scene, ref.namespace, self.template)
        notes = check_config(scene, template, mapping(before, "spec", "config"))
        wanted = cast("Manifest", put(before, ("spec", "template"), self.template))
        found = patched(ref, before, wanted)
        if found is None:
            return ()
        dry = truth(before, "spec", "dryRun")
        felt = f"machines of {ref} may be replaced or upgraded, and what runs on them moves"
        was, will = kubernetes(scene.around, before, template)
        comes = VALIDATED if dry else replaced(scene, before, felt, upgrades=was != will)
        why = ""
        if not nothing_made(scene, before):
            why = another_chart(scene.around, before, template)
        ends = ended(scene, before, why, self.accept)
        comes = with_ends(comes, why, ends)
        return (
            replace(
                found,
                say=f"upgrade {ref} from {word(now)} to {self.template}",
                checks=(validated(ref) if dry else ready(ref, template, in_turn=comes.turns),),
                irreversible=_ONE_WAY,
                at_stake=Risk.LOW if dry else Risk.HIGH,
                risks=comes.risks,
                notes=(*becomes(was, will), *notes, *comes.notes),
                rests_on=[
                    *bound_to(template),
                    sorted(offered),
                    why,
                    bound_ends(ends),
                ],
            ),
        )
