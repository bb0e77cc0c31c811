"""Upgrade a cluster of k0rdent: to another template, along the chains."""

from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.dependents import (
    Dependents,
    dependents,
    require_accepted,
)
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    DeploymentChange,
    cluster_here,
    existing_deployment,
    usable_template,
)
from clusterwright.tools.cluster_api.k0rdent.changes.judged import check_config
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import ready, validated
from clusterwright.tools.cluster_api.k0rdent.changes.replaced import VALIDATED, replaced
from clusterwright.tools.cluster_api.k0rdent.kinds import TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest, dig, mapping, text, texts, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

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
            raise RefusedError(
                f"{ref} cannot be upgraded from {now} to {self.template[:80]}",
                hint=f"k0rdent offers {', '.join(offered) or 'no upgrade'}",
            )
        template = usable_template(scene, ref.namespace, self.template)
        notes = check_config(scene, template, mapping(before, "spec", "config"))
        wanted = cast("Manifest", put(before, ("spec", "template"), self.template))
        found = patched(ref, before, wanted)
        if found is None:
            return ()
        dry = truth(before, "spec", "dryRun")
        felt = f"machines of {ref} may be replaced or upgraded, and what runs on them moves"
        was, will = self._versions(scene, now, template)
        charts = self._charts(scene, now, template)
        comes = VALIDATED if dry else replaced(scene, before, felt, upgrades=was != will)
        ends = () if dry or not charts else self._accepted(scene, before, charts)
        return (
            replace(
                found,
                say=f"upgrade {ref} from {now} to {self.template}",
                checks=(validated(ref) if dry else ready(ref, template, in_turn=comes.turns),),
                irreversible=_ONE_WAY,
                at_stake=Risk.LOW if dry else Risk.HIGH,
                risks=(*((Risk.HIGH, one.line()) for one in ends), *comes.risks),
                notes=(*_kubernetes(was, will), *charts, *notes, *comes.notes),
                rests_on=[
                    *(dig(template, "metadata", one) for one in ("uid", "generation")),
                    sorted(offered),
                    [[one.word, *one.refs] for one in ends if one.bound],
                ],
            ),
        )

    def _versions(self, scene: Scene, now: str, template: Manifest) -> tuple[str, str]:
        """Return the versions of Kubernetes that the templates say."""
        old = scene.around.get(named(TEMPLATE, self.deployment.namespace, now)) or {}
        return text(old, "status", "k8sVersion"), text(template, "status", "k8sVersion")

    def _charts(self, scene: Scene, now: str, template: Manifest) -> tuple[str, ...]:
        """Return what it means that the new template has another chart; nothing if it has not."""
        old = scene.around.get(named(TEMPLATE, self.deployment.namespace, now)) or {}
        was, will = (text(one, "spec", "helm", "chartSpec", "chart") for one in (old, template))
        if not was or not will or was == will:
            return ()
        # helm-controller, internal/action, ReleaseTargetChanged.
        told = f"its chart is {will} and was {was}: Flux uninstalls the old release"
        return (f"{told}, and the cluster with it",)

    def _accepted(
        self, scene: Scene, before: Manifest, charts: tuple[str, ...]
    ) -> tuple[Dependents, ...]:
        """Return what goes with the cluster; raise RefusedError unless all of it was accepted."""
        _, seen = cluster_here(scene, before)
        try:
            return require_accepted(self.deployment, dependents(seen), self.accept)
        except RefusedError as error:
            raise RefusedError(f"{charts[0]}; {error}", hint=error.hint) from None


def _kubernetes(was: str, will: str) -> tuple[str, ...]:
    return (f"Kubernetes {was} becomes {will}",) if was and will and was != will else ()
