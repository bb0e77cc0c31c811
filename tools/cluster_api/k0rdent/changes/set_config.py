"""Change the config of a ClusterDeployment, or let one that was only validated be made."""

from dataclasses import replace
from typing import Any, ClassVar, cast

from pydantic import Field

from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    DeploymentChange,
    existing_deployment,
    usable_template,
)
from clusterwright.tools.cluster_api.k0rdent.changes.judged import check_config, check_credential
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import ready, validated
from clusterwright.tools.cluster_api.k0rdent.config_schema import over
from clusterwright.tools.cluster_api.k0rdent.kinds import TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest, dig, mapping, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


class SetConfig(DeploymentChange):
    """Set values; null takes one away, so that the template's default holds."""

    kind: ClassVar[str] = "set_config"
    config: dict[str, Any] = Field(default_factory=dict[str, Any])
    dry_run: bool | None = None

    def schema_of(self, scene: Scene) -> Ref | None:
        """Return the template that the cluster is made from."""
        found = scene.live.get(self.ref)
        return named(TEMPLATE, self.ref.namespace, text(found, "spec", "template"))

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise ToolError for what the template's schema refuses."""
        before = existing_deployment(scene, self.ref)
        template = usable_template(scene, self.ref.namespace, text(before, "spec", "template"))
        check_credential(scene, template, text(before, "spec", "credential"))
        config = over(mapping(before, "spec", "config"), self.config)
        notes = check_config(scene, template, config)
        wanted = cast("Manifest", put(before, ("spec", "config"), config))
        if self.dry_run is not None:
            value = True if self.dry_run else MISSING
            wanted = cast("Manifest", put(wanted, ("spec", "dryRun"), value))
        found = patched(self.ref, before, wanted)
        if found is None:
            return ()
        dry = truth(wanted, "spec", "dryRun")
        first = truth(before, "spec", "dryRun") and not dry
        felt = f"values of {self.ref} may replace its machines, and what runs on them moves"
        made = f"the cluster of {self.ref} is made, and costs"
        risk = (Risk.LOW, made) if first else (Risk.LOW, "k0rdent only validates it")
        return (
            replace(
                found,
                checks=(validated(self.ref) if dry else ready(self.ref, template, config),),
                risks=(risk if first or dry else (Risk.HIGH, felt),),
                notes=notes,
                rests_on=[dig(template, "metadata", "uid")],
            ),
        )
